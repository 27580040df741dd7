/* SPDX-License-Identifier: MIT */
/*
 * Keeps the page as it would be if it were loaded now: what differs changes in
 * its place.  That the link is lost is said as that, never as a service's
 * state.
 */
"use strict";
(() => {
	const SILENT_MS = 40000; /* the server speaks every 15 s */
	const OFTEN_MS = 15000; /* what changes without being news */
	const FLASH_MS = 1500;
	const root = document.documentElement;
	const main = document.getElementById("main");
	const link = document.getElementById("link");
	const news = document.getElementById("news");
	let heard = Date.now();
	let reading = false;
	let again = false;

	/* What the reader or a script did to it. */
	function own(node, name) {
		return ["open", "hidden", "disabled"].includes(name) ||
		    (name === "title" && node.nodeName === "TIME");
	}

	function attributes(now, next) {
		for (const { name } of [...now.attributes]) {
			if (!next.hasAttribute(name) && !own(now, name))
				now.removeAttribute(name);
		}
		for (const { name, value } of next.attributes) {
			if (now.getAttribute(name) !== value && !own(now, name))
				now.setAttribute(name, value);
		}
	}

	function flash(node) {
		node.classList.add("changed");
		setTimeout(() => node.classList.remove("changed"), FLASH_MS);
	}

	/* now becomes what next is; false when it has to be replaced. */
	function become(now, next) {
		if (now.nodeType !== next.nodeType || now.nodeName !== next.nodeName)
			return false;
		if (now.nodeType === Node.TEXT_NODE) {
			if (now.nodeValue !== next.nodeValue)
				now.nodeValue = next.nodeValue;
			return true;
		}
		/* What has scripts of its own looks after itself. */
		if (now.nodeType !== Node.ELEMENT_NODE || "own" in now.dataset)
			return true;
		const state = now.classList.contains("state") &&
		    now.textContent !== next.textContent;
		attributes(now, next);
		children(now, next);
		if (state)
			flash(now);
		return true;
	}

	/* To place i; what moves would lose the focus. */
	function place(now, child, i) {
		if (!child.contains(document.activeElement)) {
			now.insertBefore(child, now.childNodes[i] ?? null);
			return;
		}
		for (let last = child; now.childNodes[i] !== child;) {
			const other = now.childNodes[i];
			last.after(other);
			last = other;
		}
	}

	/* The child to become node, at place i: what has an id keeps it. */
	function candidate(now, node, i) {
		const old = now.childNodes[i];
		if (!node.id)
			return old !== undefined && !old.id ? old : undefined;
		const same = [...now.children].find((c) => c.id === node.id);
		if (same !== undefined && same !== old)
			place(now, same, i);
		return same;
	}

	function children(now, next) {
		const wanted = [...next.childNodes];
		wanted.forEach((node, i) => {
			const old = candidate(now, node, i);
			if (old === undefined)
				now.insertBefore(document.importNode(node, true),
				    now.childNodes[i] ?? null);
			else if (!become(old, node))
				old.replaceWith(document.importNode(node, true));
		});
		while (now.childNodes.length > wanted.length)
			now.lastChild.remove();
	}

	/* Beside each instant the reader's own, where nothing moves for it. */
	function local() {
		for (const time of main.getElementsByTagName("time")) {
			const at = new Date(time.dateTime);
			if (!Number.isNaN(at.getTime()))
				time.title = at.toLocaleString(undefined,
				    { dateStyle: "medium", timeStyle: "long" });
		}
	}

	function say(page) {
		const banner = page.querySelector("#stale, .banner");
		const words = banner ? banner.textContent.trim() : "";
		if (news.textContent !== words)
			news.textContent = words;
	}

	/* Of what build a page is. */
	function build(page) {
		return [...page.querySelectorAll("link[rel=stylesheet], script")]
		    .map((n) => n.getAttribute("href") ?? n.getAttribute("src"))
		    .join();
	}

	async function read() {
		if (reading) {
			again = true;
			return;
		}
		reading = true;
		try {
			const answer = await fetch(location.href, {
				headers: { Accept: "text/html" },
				signal: AbortSignal.timeout(SILENT_MS),
			});
			if (answer.ok) {
				const page = new DOMParser().parseFromString(
				    await answer.text(), "text/html");
				/* Nobody stands before a wall to do it. */
				if (root.classList.contains("wall") &&
				    build(page) !== build(document))
					location.reload();
				const version = page.documentElement.dataset.version;
				children(main, page.getElementById("main"));
				local();
				if (version !== root.dataset.version)
					say(page);
				root.dataset.version = version;
				document.title = page.title;
			}
		} catch (e) {
			/* Whether the link is lost is for the stream to say. */
		}
		reading = false;
		if (again) {
			again = false;
			read();
		}
	}

	function hear() {
		heard = Date.now();
		link.hidden = true;
	}

	/*
	 * A browser has few connections to a server: a page that nobody sees
	 * takes none, or others would wait for it.
	 */
	let stream = null;

	function listen() {
		if (stream !== null || document.hidden)
			return;
		heard = Date.now();
		stream = new EventSource(root.dataset.base + "/api/v1/stream");
		stream.addEventListener("change", (e) => {
			hear();
			if (e.lastEventId !== root.dataset.version)
				read();
		});
		stream.addEventListener("beat", hear);
		stream.addEventListener("error", () => {
			link.hidden = false;
		});
	}

	function rest() {
		stream?.close();
		stream = null;
	}

	/* What is shown is as old as the time that nobody looked. */
	function wake() {
		if (stream !== null || document.hidden)
			return;
		listen();
		read();
	}

	document.addEventListener("visibilitychange", () => {
		if (document.hidden)
			rest();
		else
			wake();
	});
	addEventListener("pagehide", rest);
	addEventListener("pageshow", wake);
	setInterval(() => {
		if (stream === null)
			return;
		const silent = Date.now() - heard > SILENT_MS;
		/* Refused, by a proxy say, or cut unnoticed: none tries again. */
		if (silent || stream.readyState === EventSource.CLOSED) {
			link.hidden = false;
			rest();
			listen();
		}
		read();
	}, OFTEN_MS);
	local();
	listen();
})();
