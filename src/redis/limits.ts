/** How long a connection may take to be made: TCP, TLS with its trust, and the login of a client. */
export const CONNECT_LIMIT_MS = 5_000;

/** How long Redis may take for an answer beyond the time that it was asked to block. */
export const ANSWER_LIMIT_MS = 5_000;
