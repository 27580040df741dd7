/* SPDX-License-Identifier: MIT */
/* From bar to bar by the arrows: all of a row are one stop of the keyboard. */
"use strict";
document.addEventListener("keydown", (e) => {
	const bar = e.target.closest(".bars a");
	if (bar === null || e.altKey || e.ctrlKey || e.metaKey)
		return;
	const all = [...bar.ownerSVGElement.querySelectorAll("a")];
	const at = all.indexOf(bar);
	const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0,
	    End: all.length - 1 }[e.key];
	if (all[to] === undefined)
		return;
	bar.tabIndex = -1;
	all[to].tabIndex = 0;
	all[to].focus();
	e.preventDefault();
});
