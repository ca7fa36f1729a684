/** One version of CHANGELOG.md. */
interface Release {
  readonly version: string;
  /** Seconds since 1970; undefined = the heading gives no date. */
  readonly timeS: number | undefined;
  readonly changes: readonly string[];
}

interface ChangelogOptions {
  readonly packageName: string;
  readonly maintainer: string;
  /** The version that is built: changes that are not released yet count as its. */
  readonly version: string;
  /** Stands where a heading gives no date. */
  readonly defaultTimeS: number;
}

const MAX_COLUMNS = 78;
/** `## 1.2.0 - 2030-01-31`, `## [1.2.0] (2030-01-31)`, `## Unreleased`. */
const RELEASE_HEADING = /^## +\[?(?<version>\d[^\s\]]*|unreleased)\]?(?:[^\d]*(?<date>\d{4}-\d{2}-\d{2}))?/i;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * CHANGELOG.md as deb-changelog(5) has it, newest first.
 * @throws Error if nothing in it is about the version that is built
 */
export function debianChangelog(markdown: string, options: ChangelogOptions): string {
  const releases = mergedByVersion(releasesOf(markdown, options.version));
  if (releases[0]?.version !== options.version) {
    throw new Error(`CHANGELOG.md must begin with version ${options.version} or "Unreleased"`);
  }
  return releases.map((release) => releaseText(release, options)).join('\n');
}

/** A version as Debian orders it: 1.0.0-rc.1 comes before 1.0.0. */
export function debianVersion(version: string): string {
  return version.replace('-', '~');
}

function releasesOf(markdown: string, currentVersion: string): Release[] {
  const releases: { version: string; timeS: number | undefined; changes: string[] }[] = [];
  for (const line of markdown.split('\n')) {
    const heading = RELEASE_HEADING.exec(line)?.groups;
    if (heading) {
      const { version = '', date } = heading;
      releases.push({
        version: /^unreleased$/i.test(version) ? currentVersion : version,
        timeS: date === undefined ? undefined : Date.parse(`${date}T12:00:00Z`) / 1000,
        changes: [],
      });
      continue;
    }
    addChange(releases.at(-1)?.changes, line);
  }
  return releases;
}

/** A bullet is a change; a line after it goes on with it; a line outside of any list is a change of its own. */
function addChange(changes: string[] | undefined, line: string): void {
  if (!changes || line.startsWith('#') || line.startsWith('[')) return;
  const text = line.trim().replace(/^[-*] +/, '');
  if (text === '') return;
  const last = changes.at(-1);
  if (/^\s+[^-*\s]/.test(line) && last !== undefined) changes[changes.length - 1] = `${last} ${text}`;
  else changes.push(text);
}

function mergedByVersion(releases: readonly Release[]): Release[] {
  const [first, second, ...others] = releases;
  if (!first || !second || first.version !== second.version) return [...releases];
  const merged = { ...second, changes: [...first.changes, ...second.changes] };
  return [merged, ...others];
}

function releaseText({ version, timeS, changes }: Release, options: ChangelogOptions): string {
  const texts = changes.length === 0 ? [`Version ${version}.`] : changes;
  const lines = texts.flatMap((text) => wrapped(text.replaceAll(/[`*]/g, ''), '  * ', '    '));
  const time = rfc5322(timeS ?? options.defaultTimeS);
  const head = `${options.packageName} (${debianVersion(version)}) stable; urgency=medium`;
  return `${head}\n\n${lines.join('\n')}\n\n -- ${options.maintainer}  ${time}\n`;
}

function wrapped(text: string, firstIndent: string, indent: string): string[] {
  const lines: string[] = [];
  let line = firstIndent;
  for (const word of text.split(/\s+/)) {
    const isEmpty = line.trim() === '*' || line.trim() === '';
    if (!isEmpty && line.length + 1 + word.length > MAX_COLUMNS) {
      lines.push(line);
      line = `${indent}${word}`;
    } else {
      line += isEmpty ? word : ` ${word}`;
    }
  }
  return [...lines, line];
}

function rfc5322(timeS: number): string {
  const date = new Date(timeS * 1000);
  const day = `${WEEKDAYS[date.getUTCDay()]}, ${twoDigits(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]}`;
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(':');
  return `${day} ${date.getUTCFullYear()} ${time} +0000`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
