/* SPDX-License-Identifier: MIT */
/* Sends what an operator fills in as the API has it, and says how it went. */
"use strict";
(() => {
	const section = document.getElementById("operate");
	const told = section.querySelector(".told");
	let sending = false;

	/* What is left empty is left out; times are in UTC. */
	function body(form) {
		const j = {};
		for (const field of form.elements) {
			if (!field.name || field.value === "")
				continue;
			if ("number" in field.dataset)
				j[field.name] = Number(field.value);
			else if (field.type === "datetime-local")
				j[field.name] = `${field.value}:00Z`;
			else
				j[field.name] = field.value;
		}
		const list = form.dataset.list;
		return JSON.stringify(list === undefined ? j : { [list]: [j] });
	}

	function disable(yes) {
		for (const button of section.querySelectorAll("button"))
			button.disabled = yes;
	}

	/* Once: who clicks twice, or too early for the answer, means one act. */
	async function send(form, button) {
		sending = true;
		disable(true);
		told.textContent = "…";
		try {
			const answer = await fetch(form.dataset.to, {
				method: "POST",
				headers: { "Content-Type": "application/json" },
				body: body(form),
			});
			if (answer.ok) {
				disable(false); /* or the next page is shown so */
				location.reload();
				return;
			}
			const problem = await answer.json();
			told.textContent = `${problem.title}: ${problem.detail}`;
		} catch (e) {
			told.textContent = `Not sent: ${e.message}`;
		}
		sending = false;
		disable(false);
		button?.focus({ preventScroll: true });
	}

	section.addEventListener("submit", (e) => {
		e.preventDefault();
		if (!sending)
			send(e.target, e.submitter);
	});
	section.hidden = false;
})();
