// Brings the visitor back to the website as soon as it answers, and never asks for it harder than that.
// It probes with HEAD, waits longer each time, obeys Retry-After, rests while nobody looks, and stops one day.
// A page that came after a form has no data-wait: nothing here ever sends a form again.
(function () {
  'use strict';
  var d = document, n = d.getElementById('next'), s = n.dataset;
  var by = function (id) { return d.getElementById(id); };
  var on = function (id, f) { var e = by(id); if (e) { e.hidden = false; e.addEventListener('click', f); } };

  // In a tab of its own there is nothing to go back to.
  if (history.length > 1) on('go-back', function () { history.back(); });
  else if (by('keep')) by('keep').hidden = true;
  on('again', function (e) {
    e.preventDefault();
    // A reload without a network would leave the browser's own page here, which knows of no website that comes back.
    // Who has given up asks once more when there is one.
    if (s.wait && navigator.onLine === false) { due = due || Date.now(); tick(); aloud(s.offline); }
    else location.reload();
  });
  on('copy', function (e) {
    var b = e.currentTarget, f = by('facts'), r = d.createRange(), g = getSelection();
    var done = function () { b.textContent = s.copied; setTimeout(function () { b.textContent = s.copy; }, 3000); };
    var text = Array.prototype.map.call(f.querySelectorAll('dt'), function (t) {
      var v = t.nextElementSibling.textContent;
      // Latin in itself, also where letters run from right to left.
      return t.textContent + s.colon + (d.documentElement.dir === 'rtl' ? '\u2066' + v + '\u2069' : v);
    }).join('\n');
    var select = function () {
      r.selectNodeContents(f); g.removeAllRanges(); g.addRange(r);
      if (d.execCommand('copy')) done();
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, select); else select();
  });

  // In the digits of the rest of the page, whichever the browser likes better.
  var digits = function (text) {
    return String(text).replace(/\d/g, function (c) { return String.fromCodePoint(s.zero.codePointAt(0) + Number(c)); });
  };
  d.querySelectorAll('time[data-t]').forEach(function (t) {
    try {
      t.textContent = digits(new Intl.DateTimeFormat(d.documentElement.lang, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(t.dateTime)));
    } catch (e) { /* The UTC time stays. */ }
  });

  if (!s.wait) return;
  var say = by('say'), count = by('count'), bar = by('bar'), due = 0, span = 1, timer = 0, hush = 0, busy = false;
  var fine = ['side', 'way', 'advice', 'report'].map(by).filter(Boolean);
  // How often we tried goes through a reload of ours in the history entry: a website that answers HEAD but not GET must
  // not make a loop. A reload by the visitor starts anew, and so does the next outage, which finds the entry as we left it.
  // The first reload leaves nothing there, for mostly it is the last one, and the entry is the website's again.
  var tries = 0, state = history.state && history.state.understudy;
  var nav = window.performance && performance.getEntriesByType ? performance.getEntriesByType('navigation')[0] : 0;
  var vain = state || (nav && nav.type === 'reload');
  var remember = function (it) {
    try { history.replaceState(Object.assign({}, history.state, { understudy: it }), ''); } catch (e) { /* a state that cannot be copied */ }
  };
  if (state) {
    if (Date.now() - state.at < 120000) tries = state.tries;
    remember(0);
  }

  var plural = function (forms, x) {
    forms = forms.split('|');
    var i = forms.length - 1;
    try { var j = s.plural.split('|').indexOf(new Intl.PluralRules(d.documentElement.lang).select(x)); if (j >= 0) i = j; } catch (e) { /* the last form */ }
    return forms[i].replace('{n}', digits(x));
  };
  var within = function (secs) {
    return secs < 120 ? plural(s.seconds, secs) : secs < 7200 ? plural(s.minutes, Math.ceil(secs / 60))
      : secs < 172800 ? plural(s.hours, Math.ceil(secs / 3600)) : plural(s.days, Math.ceil(secs / 86400));
  };
  var show = function (text) { count.textContent = text; };
  // Once; who reads on later does not come upon it beside the countdown.
  var aloud = function (text) {
    say.textContent = text;
    clearTimeout(hush);
    hush = setTimeout(function () { say.textContent = ''; }, 5000);
  };
  var tell = function (text) { show(text); aloud(text); };
  var stop = function (text) { clearTimeout(timer); due = 0; bar.hidden = true; tell(text); };

  var wait = function (secs) {
    span = Math.max(1, secs);
    due = Date.now() + span * 1000;
    if (navigator.onLine !== false) aloud(s.check.replace('{in}', within(Math.ceil(span))));
    tick();
  };
  var tick = function () {
    clearTimeout(timer);
    if (!due || d.hidden) return;
    var off = navigator.onLine === false;
    // Then it is the visitor's side, and not as the drawing and the advice say.
    fine.forEach(function (e) { e.hidden = off; });
    bar.hidden = off;
    if (off) return count.textContent === s.offline || tell(s.offline);
    var left = due - Date.now();
    if (left <= 0) return probe();
    bar.firstChild.style.transform = 'scaleX(' + Math.min(1, left / span / 1000) + ')';
    show(s.check.replace('{in}', within(Math.ceil(left / 1000))));
    timer = setTimeout(tick, left % 1000 || 1000);
  };
  var probe = function () {
    if (busy) return;
    busy = true;
    show(s.checking);
    var c = window.AbortController ? new AbortController() : 0, late = setTimeout(function () { if (c) c.abort(); }, 20000);
    fetch(location.href.split('#')[0], { method: 'HEAD', cache: 'no-store', redirect: 'manual', credentials: 'same-origin', signal: c ? c.signal : undefined })
      .then(function (r) { return r; }, function () { return 0; })
      .then(function (r) {
        clearTimeout(late);
        busy = false;
        tries++;
        // A redirect or any answer below 500 is the website again; 405 and 501 only mean that it knows no HEAD.
        if (r && r.status !== Number(s.status) && r.status !== 429 && (r.status < 500 || r.status === 501)) {
          stop(s.back);
          if (vain) remember({ tries: tries, at: Date.now() });
          return location.reload();
        }
        var after = r ? r.headers.get('Retry-After') : null;
        again(after ? (/^\d+$/.test(after) ? Number(after) : (Date.parse(after) - Date.now()) / 1000) || 0 : 0);
      });
  };
  // Not before the website says so, and each time later.
  var again = function (after) {
    if (tries >= 30) return stop(s.gaveUp);
    var secs = Math.max(after, tries ? Math.min(300, 5 * Math.pow(1.6, tries)) : 0);
    wait(secs + Math.min(60, secs * .2) * Math.random());
  };
  d.addEventListener('visibilitychange', function () {
    // Everybody comes back to the tab after a while, but not all in the same second.
    if (!d.hidden && due && due < Date.now()) due = Date.now() + Math.random() * 2000;
    tick();
  });
  // What was due meanwhile comes soon, and nothing sooner than it was due.
  addEventListener('online', function () { if (due) wait(Math.max((due - Date.now()) / 1000, 2 + Math.random() * 3)); });
  addEventListener('offline', tick);
  again(Number(s.wait));
})();
