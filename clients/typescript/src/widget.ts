import { readMessage, type WidgetResult, type WidgetStep } from "./messages.js";

/** Parameters of the widget's pages, by the names of the reference (docs/reference/widget.md, "Parameters"). */
export interface WidgetParameters {
  redirect_url?: string;
  cancel_url?: string;
  connection_id?: string;
  provider_id?: string;
  expected_account_types?: "PAYMENT" | "OTHER" | "ALL";
  channel?: "REDIRECT" | "EMBEDDED";
  account_types?: string;
  countries?: string;
  select_accounts?: boolean;
  consent_per_account?: boolean;
  auto_sync?: boolean;
  wait_sync_end?: boolean;
  locale?: string;
  font?: string;
  font_color?: string;
  elements_color?: string;
  congrats_bypass_delay?: number;
  terms_header?: string;
  terms_body?: string;
}

/** Gives the address of a page of the widget, with a session of its own: one of `_links`, from your server. */
export type LinkSource = () => Promise<string>;

export interface WidgetOptions {
  /**
   * Opens a session on your server. Called again when a session has ended before its user; a function, since a popup must open before the
   * answer is there.
   */
  link: LinkSource;
  /**
   * Prolongs the session on your server, by `session_id` and a new access token, so that the user goes on where they are. Without it a session
   * that ends is followed by another, from the beginning.
   */
  renew?: () => Promise<void>;
  /** Added to the link. */
  parameters?: WidgetParameters;
  /** How it ended, whatever that is; also what {@link OpenWidget.finished} comes to. */
  onResult?: (result: WidgetResult) => void;
  onSuccess?: (result: WidgetResult & { status: "success" }) => void;
  onError?: (result: WidgetResult & { status: "error" }) => void;
  /** The user left, or closed the window. */
  onCancel?: (result: WidgetResult & { status: "cancelled" | "closed" }) => void;
  onStep?: (step: WidgetStep) => void;
  /** A link could not be had, or a session not be prolonged: what your own function threw. */
  onFault?: (error: unknown) => void;
}

export interface FrameOptions extends WidgetOptions {
  /** Where the frame stands. */
  container: HTMLElement;
  /** The title of the frame, for those who do not see it. */
  title?: string;
  /**
   * A page of yours on which {@link resumeFrame} makes the frame again: the whole window goes to the bank and comes back there. Without it the bank
   * opens in a new tab.
   */
  resumeUrl?: string;
}

export interface PopupOptions extends WidgetOptions {
  /**
   * The browser did not let a window open, since no click led to it. Call `open` when the user clicks on something of yours. Without this
   * function a button is shown in `container`.
   */
  onBlocked?: (open: () => void) => void;
  /** Where the button of a blocked popup is shown; standard: the end of the page. */
  container?: HTMLElement;
  /** What stands on it. */
  buttonLabel?: string;
  width?: number;
  height?: number;
}

/** A widget that is open. */
export interface OpenWidget {
  /** How it ended. Never rejected. */
  readonly finished: Promise<WidgetResult>;
  /** Takes the widget away, and ends it with `closed` if nothing has been said. */
  close(): void;
}

/** Where the way to the bank keeps the address of the frame; the browser forgets it with the tab. */
const storageKey = "affluent.widget";

/** Sends this page to the widget. The user comes back at `redirect_url`, where `readResult` says how it ended. */
export async function openPage(options: Pick<WidgetOptions, "link" | "parameters">): Promise<void> {
  location.assign(withParameters(await options.link(), options.parameters));
}

/** Shows the widget in a frame. */
export function openFrame(options: FrameOptions): OpenWidget {
  const { resumeUrl } = options;
  return frame(options, async () => {
    const link = withParameters(await options.link(), options.parameters, {
      ...(resumeUrl !== undefined && { aspsp_callback_uri: resumeUrl }),
    });
    if (resumeUrl !== undefined) {
      sessionStorage.setItem(storageKey, link);
    }
    return link;
  });
}

/** On the page `resumeUrl`: shows the frame again in which the user left for the bank; undefined when nobody left from this tab. */
export function resumeFrame(options: FrameOptions): OpenWidget | undefined {
  const kept = sessionStorage.getItem(storageKey);
  if (kept === null) {
    return undefined;
  }
  let first = true;
  return frame(options, async () => {
    if (first) {
      first = false;
      return kept;
    }
    const link = withParameters(await options.link(), options.parameters, {
      aspsp_callback_uri: options.resumeUrl ?? location.href,
    });
    sessionStorage.setItem(storageKey, link);
    return link;
  });
}

/** Shows the widget in a window of its own. Call it in the handler of a click, without waiting for anything before. */
export function openPopup(options: PopupOptions): OpenWidget {
  const { width = 480, height = 720 } = options;
  const left = Math.max(0, Math.round(screenX + (outerWidth - width) / 2));
  const top = Math.max(0, Math.round(screenY + (outerHeight - height) / 2));
  let popup: Window | null = null;
  let button: HTMLElement | undefined;
  let watch: ReturnType<typeof setInterval> | undefined;
  const session = new Session(options, {
    link: async () => withParameters(await options.link(), options.parameters, { display: "popup" }),
    window: () => popup,
    show: (link) => popup?.location.replace(link),
    remove: () => {
      clearInterval(watch);
      button?.remove();
      popup?.close();
    },
  });
  const open = () => {
    if (session.isOver || (popup !== null && !popup.closed)) {
      popup?.focus();
      return;
    }
    popup = window.open("", "_blank", `popup,width=${width},height=${height},left=${left},top=${top}`);
    if (popup === null) {
      return;
    }
    button?.remove();
    watch = setInterval(() => {
      if (popup?.closed) {
        session.close();
      }
    }, 300);
    void session.load();
  };
  open();
  if (popup === null) {
    if (options.onBlocked) {
      options.onBlocked(open);
    } else {
      button = openButton(options.buttonLabel ?? "Continue to your bank", open);
      (options.container ?? document.body).append(button);
    }
  }
  return session;
}

function frame(options: FrameOptions, link: LinkSource): OpenWidget {
  const element = document.createElement("iframe");
  element.title = options.title ?? "Link your bank";
  element.style.cssText = "border:0;width:100%;min-width:320px;height:100%;min-height:600px";
  options.container.append(element);
  const session = new Session(options, {
    link,
    window: () => element.contentWindow,
    show: (address) => {
      element.src = address;
    },
    remove: () => {
      element.remove();
      sessionStorage.removeItem(storageKey);
    },
  });
  void session.load();
  return session;
}

/** Where the widget is shown. */
interface Place {
  link: LinkSource;
  /** The window whose messages count. */
  window(): Window | null;
  show(link: string): void;
  remove(): void;
}

class Session implements OpenWidget {
  readonly finished: Promise<WidgetResult>;
  isOver = false;
  #settle!: (result: WidgetResult) => void;
  #origin: string | undefined;
  #busy = false;
  readonly #options: WidgetOptions;
  readonly #place: Place;

  constructor(options: WidgetOptions, place: Place) {
    this.#options = options;
    this.#place = place;
    this.finished = new Promise((resolve) => (this.#settle = resolve));
    addEventListener("message", this.#hear);
  }

  /** Opens a session and shows it. */
  load(): Promise<void> {
    return this.#once(async () => {
      const link = await this.#place.link();
      if (this.isOver) {
        return;
      }
      this.#origin = new URL(link).origin;
      this.#place.show(link);
    }, true);
  }

  close(): void {
    this.#end({ status: "closed", result: "closed" });
  }

  // Anybody may send messages to a page. Ours come from the widget's origin and from the window that was opened for it.
  readonly #hear = (event: MessageEvent<unknown>): void => {
    if (this.#origin === undefined || event.origin !== this.#origin || event.source !== this.#place.window()) {
      return;
    }
    const message = readMessage(event.data);
    switch (message?.kind) {
      case "result":
        this.#end(message.result);
        break;
      case "step":
        this.#options.onStep?.(message.step);
        break;
      case "ending":
        if (this.#options.renew) {
          void this.#once(this.#options.renew, false);
        }
        break;
      case "over":
        void this.load();
        break;
    }
  };

  /** Does one thing at a time; what it throws is the page's to hear. */
  async #once(act: () => Promise<void>, needed: boolean): Promise<void> {
    if (this.#busy || this.isOver) {
      return;
    }
    this.#busy = true;
    try {
      await act();
    } catch (error) {
      this.#options.onFault?.(error);
      if (needed) {
        this.close();
      }
    } finally {
      this.#busy = false;
    }
  }

  #end(result: WidgetResult): void {
    if (this.isOver) {
      return;
    }
    this.isOver = true;
    removeEventListener("message", this.#hear);
    this.#place.remove();
    this.#settle(result);
    const { onResult, onSuccess, onError, onCancel } = this.#options;
    onResult?.(result);
    switch (result.status) {
      case "success":
        onSuccess?.(result);
        break;
      case "error":
        onError?.(result);
        break;
      case "cancelled":
      case "closed":
        onCancel?.(result);
        break;
    }
  }
}

function openButton(label: string, open: () => void): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", open);
  return button;
}

function withParameters(link: string, parameters: WidgetParameters = {}, more: Record<string, string> = {}): string {
  const url = new URL(link);
  for (const [name, value] of Object.entries({ ...parameters, ...more })) {
    if (value !== undefined) {
      url.searchParams.set(name, String(value));
    }
  }
  return url.href;
}
