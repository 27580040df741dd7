/* SPDX-License-Identifier: MIT */
/*
 * Light or dark, where the reader wants another than the system: ?theme=light,
 * dark or auto, kept for all pages.  Before anything is drawn.
 */
"use strict";
(() => {
	const root = document.documentElement;
	const asked = new URLSearchParams(location.search).get("theme");

	function kept() {
		try {
			return localStorage.getItem("theme");
		} catch (e) {
			return null; /* storing is forbidden here */
		}
	}

	function keep(theme) {
		try {
			localStorage.setItem("theme", theme);
		} catch (e) {
			/* Then it holds for this page. */
		}
	}

	function set(theme) {
		if (theme === "light" || theme === "dark")
			root.dataset.theme = theme;
		else
			delete root.dataset.theme;
	}

	if (["light", "dark", "auto"].includes(asked))
		keep(asked);
	set(asked ?? kept());
	/* Back at a page that was left: it was chosen on another, perhaps. */
	addEventListener("pageshow", (e) => {
		if (e.persisted)
			set(kept() ?? asked);
	});
	addEventListener("DOMContentLoaded", () => {
		const themes = document.getElementById("themes");

		if (themes === null)
			return;
		themes.hidden = false;
		themes.addEventListener("click", (e) => {
			const theme = e.target.dataset.theme;
			if (theme === undefined)
				return;
			keep(theme);
			set(theme);
		});
	});
})();
