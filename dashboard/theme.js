// Before the first paint: the reader's choice of light or dark, so that nothing flashes.
(function () {
  var choice = null;
  try { choice = localStorage.getItem('cadenza.theme'); } catch (e) { choice = null; }
  if (choice === 'light' || choice === 'dark') document.documentElement.setAttribute('data-theme', choice);
})();
