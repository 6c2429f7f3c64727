// What the widget tells the page that opened it. The words are those of the reference (docs/reference/widget.md, "Results").

/** What came of a session that went well. */
export const successResults = ["created", "updated", "accepted", "nothing_to_answer"] as const;

/** Why a session came to nothing. */
export const failures = [
  "wrong_credentials",
  "field_refused",
  "too_many_attempts",
  "challenge_failed",
  "password_change_required",
  "access_locked",
  "user_action_required",
  "consent_refused",
  "question_expired",
  "bank_unavailable",
  "rate_limited",
  "no_accounts",
  "internal_error",
  "unknown_connection",
] as const;

/** What the user sees. */
export const steps = [
  "bank_list",
  "already_linked",
  "consent",
  "channel",
  "credentials",
  "bank_site",
  "code",
  "method",
  "approval",
  "site_action",
  "file",
  "working",
  "accounts",
  "other_accounts",
  "nothing_to_answer",
  "failed",
  "end",
] as const;

/** A word of today's lists, or one that a later version of the widget adds. */
type Word<List extends readonly string[]> = List[number] | (string & {});

export type SuccessResult = Word<typeof successResults>;
export type Failure = Word<typeof failures>;
export type Step = Word<typeof steps>;

/** What a session is about. */
export interface About {
  /** The connection concerned; none before there is one, nor when what was begun has been undone. */
  connectionId?: string;
  /** The queue of the session, which your server can read. */
  queueId?: string;
}

/** How a session ended. Take it as a hint: what is true is what your server reads from the API. */
export type WidgetResult = About &
  (
    | { status: "success"; result: SuccessResult }
    | { status: "error"; result: Failure }
    | { status: "cancelled"; result: "cancelled" }
    /** The window was closed, by your program or by the user, and nothing was said before. */
    | { status: "closed"; result: "closed" }
  );

/** What the user sees now: a step, or what went wrong and can be tried again. */
export type WidgetStep = About & ({ status: "running"; result: Step } | { status: "error"; result: Failure });

/** A message of the widget. */
export type WidgetMessage =
  | { kind: "result"; result: WidgetResult; returnUrl?: string }
  | { kind: "step"; step: WidgetStep }
  /** The session is about to end: it can be prolonged. */
  | { kind: "ending" }
  /** The session has ended: there must be another. */
  | { kind: "over" };

/** Reads what a window sent; undefined when it is no message of the widget. */
export function readMessage(data: unknown): WidgetMessage | undefined {
  if (typeof data !== "object" || data === null) {
    return undefined;
  }
  const text = (name: string): string | undefined => {
    const value: unknown = (data as Record<string, unknown>)[name];
    return typeof value === "string" ? value : undefined;
  };
  switch (text("eventName")) {
    case "redirect_to": {
      const result = readOutcome(text);
      const returnUrl = text("return_url");
      return result && { kind: "result", result, ...(returnUrl !== undefined && { returnUrl }) };
    }
    case "step": {
      const [status, result] = [text("status"), text("result")];
      return (status === "running" || status === "error") && result !== undefined
        ? { kind: "step", step: { status, result, ...about(text) } }
        : undefined;
    }
    case "session_ending":
      return { kind: "ending" };
    case "session_over":
      return { kind: "over" };
    default:
      return undefined;
  }
}

/**
 * Reads the result from the address to which the widget sent the browser (`redirect_url` or `cancel_url`); undefined when the browser
 * came another way.
 */
export function readResult(address: string | URL = location.href): WidgetResult | undefined {
  const query = new URL(address).searchParams;
  return readOutcome((name) => query.get(name) ?? undefined);
}

function readOutcome(text: (name: string) => string | undefined): WidgetResult | undefined {
  const [status, result] = [text("status"), text("result")];
  if (result === undefined) {
    return undefined;
  }
  switch (status) {
    case "success":
    case "error":
      return { status, result, ...about(text) };
    case "cancelled":
      return { status, result: "cancelled", ...about(text) };
    default:
      return undefined;
  }
}

function about(text: (name: string) => string | undefined): About {
  const [connectionId, queueId] = [text("connection_id"), text("queue_id")];
  return { ...(connectionId !== undefined && { connectionId }), ...(queueId !== undefined && { queueId }) };
}
