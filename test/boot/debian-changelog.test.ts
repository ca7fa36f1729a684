import { expect, test } from 'bun:test';
import { debianChangelog, debianVersion } from '../../packaging/debian-changelog.ts';

const options = { packageName: 'toy', maintainer: 'A <a@example.org>', version: '1.1.0', defaultTimeS: 0 };

test('versions newest first, each with its changes, its date and its maintainer', () => {
  const markdown = `# Changelog

## [1.1.0] - 2030-01-31

### Added

- One thing, which is \`good\`
  and goes on.
- Another.

## 1.0.0 (2029-12-01)

First version.
`;
  expect(debianChangelog(markdown, options)).toBe(`toy (1.1.0) stable; urgency=medium

  * One thing, which is good and goes on.
  * Another.

 -- A <a@example.org>  Thu, 31 Jan 2030 12:00:00 +0000

toy (1.0.0) stable; urgency=medium

  * First version.

 -- A <a@example.org>  Sat, 01 Dec 2029 12:00:00 +0000
`);
});

test('what is not released yet counts as the version that is built', () => {
  const text = debianChangelog('## Unreleased\n- New.\n## 1.1.0\n- Old.\n', options);
  expect(text).toContain('toy (1.1.0) stable; urgency=medium\n\n  * New.\n  * Old.\n');
  expect(text).toContain('Thu, 01 Jan 1970 00:00:00 +0000');
});

test('a version that the changelog does not know is refused', () => {
  expect(() => debianChangelog('## 1.0.0\n', options)).toThrow('1.1.0');
});

test('a version before a release sorts before it', () => {
  expect(debianVersion('1.0.0-rc.1')).toBe('1.0.0~rc.1');
});
