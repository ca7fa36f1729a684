import { parameterName, parameterOf, type Address } from './address.ts';

/** What of an address ffmpeg may have in its arguments, and what it has to get in another way. */
export interface HiddenSecrets {
  readonly address: Address;
  /** Options of ffmpeg by their names, for its option file. */
  readonly secretOptions: Readonly<Record<string, string>>;
}

/** ffmpeg reads a line of its option file into 1000 bytes (`opt_preset` in fftools); in Base64 these become 936. */
const LONGEST_LOGIN_BYTES = 700;
/** librist cuts a longer one off, here and at the receiver (RIST_MAX_STRING_SHORT). */
const LONGEST_SECRET_BYTES = 127;

const LOGIN_HEADER = 'Authorization: Basic ';

/**
 * Takes the secrets out of an address that ffmpeg has an option for: user and password of http:// and https:// become the
 * header by which they log in, the secret of rist:// an option. Any other address stays as it is.
 */
export function withoutAddressSecrets(address: Address): HiddenSecrets {
  if (isHttp(address)) return withoutLogin(address);
  return address.scheme === 'rist' ? withoutRistSecret(address) : { address, secretOptions: {} };
}

/** What is wrong with the secrets in an address of any scheme but srt; nothing said holds a part of them. */
export function addressSecretFaults(address: Address): string[] {
  if (isHttp(address)) {
    const { length } = loginBytes(address.userInfo);
    return length <= LONGEST_LOGIN_BYTES
      ? []
      : [
          `must have user and password of ${LONGEST_LOGIN_BYTES} characters at the most (they have ${length})`,
        ];
  }
  const reason =
    address.scheme === 'rist' ? 'rist:// has secret=… instead' : `${address.scheme}:// has no use for them`;
  return [
    ...(address.userInfo === '' ? [] : [`must have no user and password: ${reason}`]),
    ...(address.scheme === 'rist' ? ristSecretFaults(address) : []),
  ];
}

/** What others can read in a flag that holds this address, in words, e.g. `the password`. */
export function secretsInWords(address: Address): string[] {
  const { scheme, userInfo, parameters } = address;
  if (scheme === 'srt') return parameterOf(parameters, 'passphrase') === undefined ? [] : ['the passphrase'];
  return [
    ...(userInfo === '' ? [] : ['the user and password']),
    ...(scheme === 'rist' && parameterOf(parameters, 'secret') !== undefined ? ['the secret'] : []),
  ];
}

/**
 * The names of the parameters that look like secrets and stand in ffmpeg's arguments all the same, since it has no other way
 * to get them. Such a name holds nothing but letters, `-` and `_`.
 */
export function openSecretNames(address: Address): string[] {
  const { scheme, parameters } = withoutAddressSecrets(address).address;
  if (scheme === 'srt' || scheme === 'udp') return [];
  const names = parameters.filter((parameter) => parameter.includes('=')).map(parameterName);
  // tls:// names the file of its key so.
  const isSecret = (name: string) => isSecretName(name) && !(scheme === 'tls' && name === 'key');
  return [...new Set(names)].filter(isSecret);
}

/** User and password, and the password alone, that are in the options of `withoutAddressSecrets`. */
export function loginSecrets(secretOptions: Readonly<Record<string, string>>): string[] {
  const { headers } = secretOptions;
  if (headers?.startsWith(LOGIN_HEADER) !== true) return [];
  const encoded = headers.slice(LOGIN_HEADER.length);
  const login = Buffer.from(encoded, 'base64').toString();
  return [encoded, login, login.slice(login.indexOf(':') + 1)];
}

function isHttp({ scheme }: Address): boolean {
  return scheme === 'http' || scheme === 'https';
}

/**
 * As Basic (RFC 7617). ffmpeg itself would first ask the server which way it wants, but only for what stands in its
 * arguments.
 */
function withoutLogin(address: Address): HiddenSecrets {
  if (address.userInfo === '') return { address, secretOptions: {} };
  const login = Buffer.from(loginBytes(address.userInfo)).toString('base64');
  return {
    address: { ...address, userInfo: '' },
    secretOptions: { headers: `${LOGIN_HEADER}${login}` },
  };
}

/** The bytes of `user:password`, decoded as ffmpeg does: each `%XX` a byte, `+` itself. */
function loginBytes(userInfo: string): Uint8Array {
  const [user = ''] = userInfo.split(':', 1);
  const text = user === userInfo ? `${userInfo}:` : userInfo;
  const parts = text.split(/(%[0-9a-f]{2})/i);
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 1 ? Buffer.of(Number.parseInt(part.slice(1), 16)) : Buffer.from(part),
    ),
  );
}

/** Both are taken as they stand there, and the last one counts (`parse_url_options` in librist). */
const SECRET = 'secret';
const KEY_LENGTH = 'aes-type';
/** Those that ffmpeg's option knows. */
const KEY_LENGTHS_BITS: ReadonlySet<string> = new Set(['128', '256']);

/** With a length of the key in the address ffmpeg insists on a secret in it, too, so that it becomes an option as well. */
function withoutRistSecret(address: Address): HiddenSecrets {
  const secret = lastValue(address, SECRET);
  if (secret === undefined) return { address, secretOptions: {} };
  const isEmpty = secret === '';
  const keyLength = lastValue(address, KEY_LENGTH) ?? '';
  const isMoved = !isEmpty && KEY_LENGTHS_BITS.has(keyLength);
  const parameters = address.parameters.filter((parameter) => {
    const name = parameterName(parameter);
    return name !== SECRET && !(isMoved && name === KEY_LENGTH);
  });
  const secretOptions = { ...(!isEmpty && { secret }), ...(isMoved && { encryption: keyLength }) };
  return { address: { ...address, parameters }, secretOptions };
}

function ristSecretFaults(address: Address): string[] {
  const sizeBytes = Buffer.byteLength(lastValue(address, SECRET) ?? '');
  return sizeBytes <= LONGEST_SECRET_BYTES
    ? []
    : [`must have a secret of ${LONGEST_SECRET_BYTES} characters at the most (it has ${sizeBytes})`];
}

function lastValue({ parameters }: Address, name: string): string | undefined {
  return parameterOf(parameters.toReversed(), name);
}

/** Without `-`, `_`, capital letters and what such names may begin with. */
const SECRET_NAMES: ReadonlySet<string> = new Set(
  [
    [
      'token',
      'accesstoken',
      'authtoken',
      'jwt',
      'securitytoken',
      'auth',
      'authorization',
      'session',
      'sessionid',
    ],
    ['key', 'apikey', 'accesskey', 'streamkey', 'secret', 'clientsecret', 'sig', 'signature'],
    ['password', 'passwd', 'passphrase', 'pass', 'pwd'],
  ].flat(),
);

/** `X-Api-Key`, and `X-Amz-Signature` and the like of addresses that were signed for a storage. */
function isSecretName(name: string): boolean {
  const words = name.toLowerCase().replace(/^x-(?:(?:amz|goog|ms|oss)-)?/, '');
  return SECRET_NAMES.has(words.replaceAll(/[-_]/g, ''));
}
