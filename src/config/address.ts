/** The parts of `scheme://user:password@host:port/path?query`, as they stand there; absent parts are empty. */
export interface Address {
  /** In small letters. */
  readonly scheme: string;
  readonly userInfo: string;
  /** IPv6 in its brackets. */
  readonly host: string;
  readonly port: string;
  /** From its `/` on. */
  readonly path: string;
  /** The parts of the query between its `&`, in order and still encoded. */
  readonly parameters: readonly string[];
}

/** Takes an address apart by its delimiters alone; whether the parts make sense is not asked. Undefined without `://`. */
export function splitAddress(text: string): Address | undefined {
  const [, scheme, authority, path = '', query = ''] =
    /^([a-z0-9+.-]+):\/\/([^/?]*)([^?]*)(?:\?([^]*))?$/i.exec(text) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  const userInfo = authority.slice(0, Math.max(0, authority.lastIndexOf('@')));
  const hostAndPort = authority.slice(authority.lastIndexOf('@') + 1);
  const [, host = '', port = ''] = /^(\[.*\]|[^:]*)(?::([^]*))?$/.exec(hostAndPort) ?? [];
  const parameters = query.split('&').filter((parameter) => parameter !== '');
  return { scheme: scheme.toLowerCase(), userInfo, host, port, path, parameters };
}

/** The address as one text again. */
export function joinAddress({ userInfo, parameters, ...rest }: Address): string {
  const [user, query] = [userInfo && `${userInfo}@`, parameters.length > 0 ? `?${parameters.join('&')}` : ''];
  return `${rest.scheme}://${user}${rest.host}${rest.port && `:${rest.port}`}${rest.path}${query}`;
}

/** The address without user, password and query: what may be shown. */
export function shownAddress(address: Address): string {
  return joinAddress({ ...address, userInfo: '', parameters: [] });
}

/** What may be shown of an address that may be malformed: where a password could hide, only its beginning. */
export function shownAddressText(text: string): string {
  const start = /^[a-z0-9+.-]+:\/\//i.exec(text)?.[0] ?? '';
  const [head = '', ...query] = text.slice(start.length).split(/[?&#;]/);
  if (query.some((part) => part.includes('@'))) return `${start}…`;
  return `${start}${head.slice(head.lastIndexOf('@') + 1)}`;
}

/** The value of the first parameter of that name, still encoded, as ffmpeg finds it; undefined if there is none. */
export function parameterOf(parameters: readonly string[], name: string): string | undefined {
  const found = parameters.find((parameter) => parameterName(parameter) === name);
  return found?.slice(name.length + 1);
}

/** The part of a parameter before its `=`. */
export function parameterName(parameter: string): string {
  return parameter.split('=', 1)[0] ?? '';
}

/** With `+` as space and `%XX` as a byte of UTF-8; a `%` without two digits stays. Undefined if that is not UTF-8. */
export function decodeParameter(text: string): string | undefined {
  try {
    return text.replaceAll('+', ' ').replace(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent);
  } catch {
    return undefined;
  }
}
