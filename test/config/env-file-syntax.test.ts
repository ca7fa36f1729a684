import { expect, test } from 'bun:test';
import { parseEnvFile } from '../../src/config/env-file-syntax.ts';

// Each is what systemd 252 made of it when asked: systemd-run -qPG --wait -p EnvironmentFile=FILE env
test.each([
  ['plain', 'A=value', { A: 'value' }],
  ['white space around', ' A = some value \t', { A: 'some value' }],
  ['an empty value', 'A=\nB=1', { A: '', B: '1' }],
  ['the last of two', 'A=1\nA=2', { A: '2' }],
  ['comments', '# A=1\n;B=2\n  # C=3\nD=4#5', { D: '4#5' }],
  ['a comment that goes on', '# A \\\nB=2\nC=3', { C: '3' }],
  ['single quotes', `A='a "b" \\c $d '`, { A: 'a "b" \\c $d ' }],
  ['double quotes', 'A="a \'b\' \\"c\\" \\\\ \\$d "', { A: 'a \'b\' "c" \\ $d ' }],
  ['a backslash in double quotes before a letter', 'A="x\\cd"', { A: 'x\\cd' }],
  ['a backslash outside quotes', 'A=x\\cd\\ ', { A: 'xcd ' }],
  ['pieces in quotes', `A='a''b'\nB="a" "b"\nC="a"b c`, { A: 'ab', B: 'ab', C: 'ab c' }],
  ['quotes in the middle', `A=a"b"c`, { A: 'a"b"c' }],
  ['a single quote', `A='it'"'"'s'`, { A: "it's" }],
  ['lines that go on', 'A=one \\\n  two\nB="one \\\ntwo"', { A: 'one   two', B: 'one two' }],
  ['quotes over two lines', 'A="one\ntwo"\nB=3', { A: 'one\ntwo', B: '3' }],
  ['lines as Windows ends them', 'A=1\r\nB="2"\r\n', { A: '1', B: '2' }],
  ['no end of line', 'A="1"', { A: '1' }],
  ['equals signs', 'A=srt://h:1?a=b&c=d', { A: 'srt://h:1?a=b&c=d' }],
  ['what is no variable', 'export A=1\n1B=2\nnothing\nC=3', { C: '3' }],
])('%s', (_, text, variables) => {
  expect(parseEnvFile(text)).toEqual(variables);
});
