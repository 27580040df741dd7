/* SPDX-License-Identifier: MIT */
/*
 * Lets a reader zoom into the chart and read its values, by mouse, touch or
 * keyboard.  What draws it comes when somebody reaches for the chart; the numbers
 * are those of the table beneath it, and the picture stays for who has no
 * script.
 */
"use strict";
(() => {
	const MS = 3;
	const ZOOM = 0.6;
	const figure = document.querySelector("figure.chart");
	const script = document.currentScript;
	if (!figure)
		return;
	const picture = figure.querySelector("svg");
	const box = figure.querySelector(".drawn");
	const words = figure.querySelector(".readout");
	let chart = null;
	let whole = null;

	/* The body of the table; live.js keeps it up to date. */
	function table() {
		return document.querySelector(".numbers tbody");
	}

	function number(row, i) {
		const text = row.cells[i].textContent.trim();
		return text === "" ? null : Number(text);
	}

	/* Oldest first; a gap is a row without values. */
	function rows() {
		const read = [...table().rows].reverse().map((row) => [
			new Date(row.querySelector("time").dateTime),
			number(row, MS), number(row, MS + 1), number(row, MS + 2)]);
		const step = Number(figure.dataset.step);
		const all = [];
		for (const row of read) {
			const last = all.at(-1);
			if (last && row[0] - last[0] > step)
				all.push([new Date(+last[0] + step), null, null, null]);
			all.push(row);
		}
		return all;
	}

	/* From when to when, as live.js keeps it. */
	function range() {
		return [Number(figure.dataset.from), Number(figure.dataset.to)];
	}

	function color(name) {
		return getComputedStyle(document.documentElement)
		    .getPropertyValue(name).trim();
	}

	/* What was not up, as in the picture. */
	function shade(context, area, g) {
		const [from, to] = whole;
		context.fillStyle = color("--line");
		for (const rect of picture.querySelectorAll(".shade")) {
			const at = (x) => g.toDomXCoord(
			    from + (to - from) * x / picture.viewBox.baseVal.width);
			const x = rect.x.baseVal.value;
			const left = at(x);
			context.fillRect(left, area.y,
			    at(x + rect.width.baseVal.value) - left, area.h);
		}
	}

	function say(row) {
		const at = row[0];
		const [p50, p95, p99] = row.slice(1).map(
		    (v) => v === null ? null : v.toFixed(1));
		const when = at.toISOString().replace("T", " ").slice(0, 16) + "Z";
		words.textContent = p50 === null ? `${when}: no good answer`
		    : `${when}: median ${p50} ms, 95 % ${p95} ms, 99 % ${p99} ms`;
	}

	function draw() {
		const data = rows();
		whole = range();
		box.classList.add("open");
		picture.setAttribute("hidden", "");
		figure.querySelector(".scale").hidden = true;
		figure.querySelector(".axis").hidden = true;
		/* Its legend has a style of its own, which our policy forbids. */
		Dygraph.PLUGINS = Dygraph.PLUGINS.filter(
		    (plugin) => plugin.prototype.toString() !== "Legend Plugin");
		chart = new Dygraph(box, data, {
			labels: ["Time", "median", "95 %", "99 %"],
			colors: [color("--recovering"), color("--recovering"),
			    color("--faint")],
			series: { "median": { strokeWidth: 2.5 } },
			axes: { x: { axisLabelWidth: 70 } },
			axisLineColor: color("--line"),
			gridLineColor: color("--line"),
			dateWindow: whole,
			includeZero: true,
			labelsUTC: true,
			stepPlot: true,
			underlayCallback: shade,
			highlightCallback: (e, x, points, row) => say(data[row]),
		});
		const observer = new MutationObserver(() => follow(data));
		observer.observe(table(), { childList: true, characterData: true,
		    subtree: true });
		observer.observe(figure, { attributes: true });
		box.addEventListener("keydown", (e) => keys(e, data));
		/* It has a line more now. */
		if (document.activeElement === box)
			figure.scrollIntoView({ block: "nearest" });
	}

	/* Time goes on; who has zoomed in stays there. */
	function follow(data) {
		if (!table())
			return;
		const [from, to] = chart.xAxisRange();
		const moves = from === whole[0] && to === whole[1];
		whole = range();
		data.splice(0, data.length, ...rows());
		chart.updateOptions({ file: data,
			...(moves ? { dateWindow: whole } : {}) });
	}

	function zoom(by) {
		const [from, to] = chart.xAxisRange();
		const row = chart.getSelection();
		const middle = row >= 0 ? chart.getValue(row, 0) : (from + to) / 2;
		chart.updateOptions({ dateWindow: [
			Math.max(whole[0], middle - (middle - from) * by),
			Math.min(whole[1], middle + (to - middle) * by)] });
	}

	function keys(e, data) {
		if (e.altKey || e.ctrlKey || e.metaKey)
			return;
		const row = chart.getSelection();
		const move = { ArrowLeft: row < 0 ? data.length - 1 : row - 1,
		    ArrowRight: row + 1, Home: 0, End: data.length - 1 }[e.key];
		if (move !== undefined) {
			const to = Math.min(data.length - 1, Math.max(0, move));
			chart.setSelection(to);
			say(data[to]);
		} else if (e.key === "+" || e.key === "=") {
			zoom(ZOOM);
		} else if (e.key === "-") {
			zoom(1 / ZOOM);
		} else if (e.key === "Escape") {
			chart.updateOptions({ dateWindow: whole });
			chart.clearSelection();
			words.textContent = "";
		} else {
			return;
		}
		e.preventDefault();
	}

	function load() {
		if (!table() || table().rows.length === 0)
			return;
		figure.removeEventListener("pointerenter", load);
		box.removeEventListener("focus", load);
		const style = document.createElement("link");
		style.rel = "stylesheet";
		style.href = script.dataset.style;
		const engine = document.createElement("script");
		engine.src = script.dataset.engine;
		engine.addEventListener("load", draw);
		document.head.append(style, engine);
	}

	box.tabIndex = 0;
	box.setAttribute("role", "group");
	box.setAttribute("aria-label", "Latency; arrows read values, plus " +
	    "and minus zoom, Escape shows all");
	figure.addEventListener("pointerenter", load);
	box.addEventListener("focus", load);
})();
