/* SPDX-License-Identifier: MIT */
/* The clock of a screen on a wall, which goes from one page to the next. */
"use strict";
(() => {
	const SECOND_MS = 1000;
	const ANSWER_MS = 40000;
	const PAGES = ["/", "/matrix", "/timeline"];
	const root = document.documentElement;
	const wait = Number(root.dataset.rotate) * SECOND_MS;
	let ours = "";
	let ahead = 0; /* of the server's clock */

	/* What the server said last, and the time since. */
	function tick() {
		const clock = document.getElementById("clock");
		if (clock !== null) {
			if (clock.dateTime !== ours)
				ahead = Date.parse(clock.dateTime) - performance.now();
			ours = new Date(performance.now() + ahead).toISOString();
			clock.dateTime = ours;
			clock.textContent = ours.slice(11, 19);
		}
		setTimeout(tick, SECOND_MS - (performance.now() + ahead) % SECOND_MS);
	}

	/* Only where there is one: a server that is away has no pages. */
	async function turn() {
		const here = PAGES.indexOf(
		    location.pathname.slice(root.dataset.base.length));
		const next = root.dataset.base + PAGES[(here + 1) % PAGES.length] +
		    location.search;
		try {
			const answer = await fetch(next, {
				method: "HEAD",
				signal: AbortSignal.timeout(ANSWER_MS),
			});
			if (answer.ok) {
				location.replace(next);
				return;
			}
		} catch (e) {
			/* It is tried again. */
		}
		setTimeout(turn, wait);
	}

	tick();
	if (wait > 0)
		setTimeout(turn, wait);
})();
