// The kiosk's panel in this page, through noVNC; it finds its way back when the display was away.
import { one, put } from "/static/wish.js";

const AGAIN = 1500; // ms

export async function touchscreen(address, [width, height]) {
  if (!address) {
    document.body.classList.add("window");
    put(one("curtain"), "The kiosk is the window on your own display.");
    return;
  }
  document.documentElement.style.setProperty("--ratio", String(width / height));
  const { default: RFB } = await import("/novnc/core/rfb.js");
  const connect = () => {
    one("panel").replaceChildren();
    const remote = new RFB(one("panel"), address);
    remote.scaleViewport = true;
    remote.focusOnClick = false; // a terminal has no keyboard, and this page's belongs to the page
    remote.addEventListener("connect", () => (one("curtain").hidden = true));
    remote.addEventListener("disconnect", () => {
      one("curtain").hidden = false;
      put(one("curtain"), "The touchscreen is not there. Trying again …");
      setTimeout(connect, AGAIN);
    });
  };
  connect();
}
