// What the pages do beyond plain HTML: live progress, the message to the client's page, and a few comforts. Without it everything
// still works by forms and reloads.
"use strict";
(() => {
  // Some banks answer behind a number sign, where no server sees it (OpenID Connect Core, section 3.3.2.5): it is asked again with the answer in its sight.
  if (/\/bank_callback\/[a-z0-9_]+$/.test(location.pathname) && !location.search && /[#&]state=/.test(location.hash)) {
    location.replace(`${location.pathname}?${location.hash.slice(1)}`);
    return;
  }
  const body = document.body;
  document.documentElement.classList.add("scripted");

  // A form is sent once: a second click while the first is under way does nothing.
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.getAttribute("aria-busy") === "true") {
        event.preventDefault();
      }
      form.setAttribute("aria-busy", "true");
    });
  }
  // A page that comes back from the browser's memory is an old one: see where things stand.
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      location.reload();
    }
  });

  // In a frame that the server was not told of: banks refuse to be framed, and the way there leads through the top level.
  if (window.parent !== window) {
    for (const link of document.querySelectorAll("a.primary[target=_self]")) {
      link.target = "_blank";
    }
  }

  // Who sends more than the server takes is cut off, and never sees its answer.
  for (const input of document.querySelectorAll("input[type=file][data-most]")) {
    const notice = document.getElementById("file-too-large");
    input.addEventListener("change", () => {
      notice.hidden = !(input.files[0]?.size > Number(input.dataset.most));
      if (!notice.hidden) {
        input.value = "";
      }
    });
  }

  const errors = document.getElementById("errors");
  if (errors) {
    errors.focus();
    for (const link of errors.querySelectorAll("[data-focus]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        document.getElementById(link.dataset.focus)?.focus();
      });
    }
  }

  for (const button of document.querySelectorAll("[data-reveal]")) {
    const input = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
    input.form.addEventListener("submit", () => {
      input.type = "password";
    });
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    const [source, status] = [document.getElementById(button.dataset.copy), document.getElementById("copy-status")];
    button.hidden = false;
    button.addEventListener("click", async () => {
      source.select();
      try {
        await navigator.clipboard.writeText(source.value);
      } catch {
        // Over plain http in a house there is no clipboard but this one.
        document.execCommand("copy");
      }
      status.textContent = button.dataset.copied;
    });
  }

  const search = document.getElementById("bank-search-input");
  // What does not stand on the page is found by the server.
  if (search && search.hasAttribute("data-whole")) {
    const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    const count = document.getElementById("bank-count");
    const rows = [...document.querySelectorAll(".banks li")];
    const find = () => {
      const words = plain(search.value).split(/\s+/);
      let left = 0;
      for (const row of rows) {
        row.hidden = !words.every((word) => plain(row.dataset.name).includes(word));
        left += row.hidden ? 0 : 1;
      }
      count.textContent =
        left === 0 ? count.dataset.none : left === 1 ? count.dataset.one : count.dataset.many.replace("1000", left);
    };
    search.addEventListener("input", find);
    // What is found stands there already. The keyboard of a phone makes room for it.
    search.form.addEventListener("submit", (event) => {
      event.preventDefault();
      find();
      if (matchMedia("(pointer: coarse)").matches) {
        search.blur();
      }
    });
  }

  // Live progress: ask until there is something else to show.
  if (body.dataset.progress) {
    const text = document.getElementById("progress-text");
    const ask = async () => {
      let wait = 1000;
      try {
        const answer = await fetch(body.dataset.progress, { cache: "no-store", credentials: "same-origin" });
        const now = await answer.json();
        if (now.showing !== body.dataset.showing) {
          location.reload();
          return;
        }
        if (text && now.text && text.textContent.trim() !== now.text) {
          text.textContent = now.text;
        }
      } catch {
        // Out of reach for a moment: ask again, less often.
        wait = 4000;
      }
      setTimeout(ask, wait);
    };
    setTimeout(ask, 600);
  }

  // A question that goes on by itself, unless the user touches the page or stops it.
  for (const form of document.querySelectorAll("form[data-after]")) {
    const [notice, text, stop, seconds] = ["countdown", "countdown-text", "countdown-stop", "countdown-left"].map((id) =>
      document.getElementById(id),
    );
    let left = Number(form.dataset.after);
    notice.hidden = false;
    // Said once it is there, so that it is heard; the seconds that go by are not.
    setTimeout(() => (text.textContent = text.dataset.text), 100);
    const timer = setInterval(() => {
      left -= 1;
      seconds.textContent = `(${left})`;
      if (left <= 0) {
        clearInterval(timer);
        form.requestSubmit();
      }
    }, 1000);
    const wait = () => {
      clearInterval(timer);
      text.dataset.text = text.textContent = text.dataset.stopped;
      stop.hidden = true;
    };
    stop.addEventListener("click", wait);
    // Not when a finger goes down: what it is on must not move away under it.
    for (const sign of ["click", "keydown", "wheel", "touchmove"]) {
      addEventListener(sign, wait, { once: true });
    }
  }

  // Tell the page around the frame or behind the window what is shown here. Only the client's own origins can read it: the browser
  // delivers a message to no page of another origin than the one named. To everybody goes only that a session is over.
  const tell = (message) => {
    const known = body.dataset.origins.split(" ").filter(Boolean);
    const around = location.ancestorOrigins?.[0];
    const origins =
      around && window.parent !== window ? known.filter((origin) => origin === around || origin === "*") : known;
    const listeners = [window.parent !== window ? window.parent : null, window.opener].filter(Boolean);
    for (const listener of listeners) {
      for (const origin of origins) {
        listener.postMessage(message, origin);
      }
    }
  };
  if (body.dataset.message) {
    const message = JSON.parse(body.dataset.message);
    tell(message);
    if (body.dataset.endsIn) {
      // Two minutes are enough to prolong a session, and it lives an hour then: who is still here is in need of it again.
      const [early, lifetime] = [120, 3600];
      const ending = () => {
        tell({ ...message, eventName: "session_ending", status: "running", result: "session_ending" });
        setTimeout(ending, (lifetime - early) * 1000);
      };
      setTimeout(ending, Math.max(0, Number(body.dataset.endsIn) - early) * 1000);
    }
  }
  if (body.dataset.leaveTo) {
    setTimeout(() => location.replace(body.dataset.leaveTo), Number(body.dataset.leaveAfter) * 1000);
  }
})();
