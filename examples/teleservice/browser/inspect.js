// What inspect_test.go asks of a page. It runs in the page, whose own policy allows no such script: the debugger does it.
({
  // wide tells what is wider than the window.
  wide(width) {
    const whole = document.documentElement.scrollWidth;
    if (whole <= width) return [];
    return [`the page has ${whole} pixels`, ...[...document.querySelectorAll("body *")]
      .filter(e => e.checkVisibility() && !e.closest(".unseen, .skip") && e.getBoundingClientRect().right > width + 1 && !e.children.length)
      .map(e => e.outerHTML.slice(0, 120)).slice(0, 5)];
  },

  // small tells which controls are too small for a finger: less than 44 pixels high. A link within a sentence may be as small as the sentence,
  // one that is all there is in its paragraph, or in the foot's list, may not. What belongs to a label is as large as the label.
  small() {
    const height = e => Math.max(...[e, .../radio|checkbox/.test(e.type) ? e.labels : []].map(e => e.getBoundingClientRect().height));
    const alone = [...document.querySelectorAll("main p > a, main dd > a, footer li > a")].filter(e => e.parentElement.textContent.trim() === e.textContent.trim());
    return [...document.querySelectorAll("button, .button, input:not([type=hidden]), select, summary, .menu a, .links a, .tabs a, .actions a"), ...alone]
      .filter(e => e.checkVisibility() && height(e) < 43.9)
      .map(e => height(e) + ": " + e.outerHTML.slice(0, 120));
  },

  // stops are what the tab key should stop at, in their order. Of a group of choices it stops at one: the chosen one, or the first.
  stops() {
    const group = e => [...document.querySelectorAll("input[type=radio]")].filter(o => o.name === e.name && o.form === e.form);
    const passed = e => e.type === "radio" && e !== (group(e).find(o => o.checked) || group(e)[0]);
    window.__stops = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
      .filter(e => e.checkVisibility() && !e.disabled && !passed(e));
    return window.__stops.map(e => (e.textContent.trim() || e.id || e.name || e.tagName).replace(/\s+/g, " ").slice(0, 60));
  },

  // stop tells where the focus is, and what is wrong with how it shows.
  stop() {
    const e = document.activeElement, at = window.__stops.indexOf(e);
    if (at < 0) return {at, wrong: ""};
    const r = e.getBoundingClientRect(), s = getComputedStyle(e), wrong = [];
    const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
    const light = c => {
      const [r, g, b] = parse(c).slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
      return .2126 * r + .7152 * g + .0722 * b;
    };
    if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) wrong.push("no outline");
    let around = e.parentElement;
    while (around && (parse(getComputedStyle(around).backgroundColor)[3] ?? 1) < 1) around = around.parentElement;
    const ground = around ? getComputedStyle(around).backgroundColor : "rgb(255, 255, 255)";
    const [a, b] = [light(s.outlineColor), light(ground)].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 3) wrong.push("the outline " + s.outlineColor + " is not seen on " + ground);
    if (r.width < 1 || r.height < 1 || r.right < 1 || r.left > innerWidth || r.bottom < 1 || r.top > innerHeight) wrong.push("out of sight");
    else {
      const x = Math.min(Math.max(r.x + r.width / 2, 1), innerWidth - 1), y = Math.min(Math.max(r.y + r.height / 2, 1), innerHeight - 1);
      const top = document.elementFromPoint(x, y);
      if (top && !e.contains(top) && !top.contains(e)) wrong.push("covered by " + top.outerHTML.slice(0, 60));
    }
    return {at, wrong: wrong.join(", ")};
  },
})
