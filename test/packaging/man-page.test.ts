import { expect, test } from 'bun:test';
import { manPageText } from '../../packaging/man-page.ts';
import { ALL_SETTINGS } from '../../src/config/settings.ts';
import { COMMANDS } from '../../src/cli/commands.ts';

const page = manPageText('1.2.3', '2030-01-31');
/** What the page shows, without the marks of roff. */
const shown = page
  .replaceAll(/\\f[BIR]/g, '')
  .replaceAll('\\(aq', "'")
  .replaceAll('\\-', '-')
  .replaceAll('\\&', '')
  .replaceAll('\\e', '\\');

test('every setting is there with its flags and its meaning', () => {
  for (const { variable, flags, help } of ALL_SETTINGS) {
    expect(shown).toContain(`\n${variable}`);
    for (const flag of flags) expect(shown).toContain(flag);
    expect(shown).toContain(help);
  }
  for (const { flag } of COMMANDS.flatMap(({ flags }) => flags)) expect(shown).toContain(`\n${flag} `);
});

test('version and date are in its head', () => {
  expect(page).toStartWith(
    '.TH COSMOS\\-VIDEO\\-BUILDER 1 "2030\\-01\\-31" "cosmos\\-video\\-builder 1.2.3" "User Commands"\n',
  );
});

test('each line that begins with a dot is a request, and no other is', () => {
  const requests = /^\.(?:TH|SH|SS|TP|B|BR|PP|br|nf|fi)(?: |$)/;
  for (const line of page.split('\n')) {
    if (line.startsWith('.')) expect(line).toMatch(requests);
    expect(line).not.toStartWith("'");
  }
});
