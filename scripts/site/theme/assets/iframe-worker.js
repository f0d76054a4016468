'use strict';
// A browser starts no worker for a page that was opened as a file. There the search runs in a hidden frame.
if (location.protocol === 'file:') {
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      this.frame = document.createElement('iframe');
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inside = this.frame.contentWindow;
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent('message', { data }));
      const script = inside.document.createElement('script');
      script.src = new URL(address, location.href).href;
      this.ready = new Promise((resolve, reject) => { script.onload = resolve; script.onerror = reject; });
      inside.document.body.append(script);
    }

    postMessage(data) {
      const inside = this.frame.contentWindow;
      this.ready.then(() => inside.dispatchEvent(new inside.MessageEvent('message', { data })));
    }

    terminate() {
      this.frame.remove();
    }
  };
}
