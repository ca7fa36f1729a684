import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { bashCompletionText } from './completion.ts';
import { envFileTemplate } from './env-file-template.ts';
import { commandsPage, guidePage, settingsPage } from './man-pages.ts';
import { roffFrom } from './roff.ts';
import { debianChangelog } from './debian-changelog.ts';
import { thirdPartyLicenses } from './third-party-licenses.ts';

// Writes what the Debian package holds besides the executable and files that are copied as they are, into the folder
// that the first argument names.
const [folder = ''] = process.argv.slice(2);
const project = dirname(import.meta.dir);
const timeS = Number(process.env['SOURCE_DATE_EPOCH']);
if (folder === '' || !Number.isSafeInteger(timeS) || timeS <= 0) {
  throw new Error('usage: SOURCE_DATE_EPOCH=SECONDS bun packaging/generate.ts FOLDER');
}

const { name, version } = packageJson;
const control = readFileSync(join(import.meta.dir, 'debian', 'control'), 'utf8');
const maintainer = /^Maintainer: (.+)$/m.exec(control)?.[1] ?? '';
const changelog = readFileSync(join(project, 'CHANGELOG.md'), 'utf8');
/** What the guide is made of. */
const guideNames = ['appliance.md', 'log.md', 'troubleshooting.md'];
const guide = Object.fromEntries(
  guideNames.map((document) => [document, readFileSync(join(project, 'docs', document), 'utf8')]),
);
const edition = { version, date: new Date(timeS * 1000).toISOString().slice(0, 10) };
const manPages = [commandsPage(), settingsPage(), guidePage(guide)].map((page) => [
  `${page.name}.${page.section}`,
  roffFrom(page, edition),
]);
const files: Readonly<Record<string, string>> = {
  changelog: debianChangelog(changelog, { packageName: name, maintainer, version, defaultTimeS: timeS }),
  ...Object.fromEntries(manPages),
  'cosmos-video.env': envFileTemplate(),
  'completion.bash': bashCompletionText(),
  'third-party-licenses': thirdPartyLicenses(project),
};
mkdirSync(folder, { recursive: true });
for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
