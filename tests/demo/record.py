# SPDX-License-Identifier: MIT
"""What was on a screen as a picture that plays: SVG, without scripts."""

import html

LINE, CHAR, MARGIN, SECONDS = 17, 7.8, 14, 24
HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" xml:space="preserve">
<!-- SPDX-License-Identifier: MIT; made by ./dev demo with its option record -->
<title>14 February 2023, told by two monitors</title>
<style>
rect {{ fill: #16191d }}
text {{ font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #d7dae0 }}
.fact {{ fill: #8b949e }}
.bad {{ fill: #ff7b72; font-weight: bold }}
.loud, .head {{ font-weight: bold; fill: #fff }}
@media (prefers-reduced-motion: no-preference) {{ text {{ animation: hidden step-end }} }}
@keyframes hidden {{ from, to {{ visibility: hidden }} }}
</style>
<rect width="{w}" height="{h}" rx="8"/>"""


def shown(rows):
    """All but the evidence and the notices at the end, which are long."""
    long = False
    for at, parts in rows:
        text = "".join(text for _, text in parts)
        long = text == "Evidence" or (long and parts[0][0] != "head")
        if not long:
            yield at, parts


def svg(screen):
    rows = list(shown(screen.rows))
    last = max(rows[-1][0], 0.001)
    # What Vigie prints of the incident may be wider than the two columns.
    columns = max(sum(len(text) for _, text in parts) for _, parts in rows)
    width = round(max(screen.width, columns) * CHAR + 2 * MARGIN)
    out = [HEAD.format(w=width, h=round(len(rows) * LINE + 2 * MARGIN))]
    for number, (at, parts) in enumerate(rows, 1):
        spans, column = "", 0
        for style, text in parts:
            x = MARGIN + (column + len(text) - len(text.lstrip())) * CHAR
            column += len(text)
            if text.strip():
                spans += f'<tspan x="{x:.1f}" class="{style}">{html.escape(text.strip())}</tspan>'
        if spans:
            out.append(f'<text y="{MARGIN - 4 + number * LINE}" '
                       f'style="animation-duration:{at / last * SECONDS:.1f}s">{spans}</text>')
    out.append("</svg>")
    return "\n".join(out) + "\n"
