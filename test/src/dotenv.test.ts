import { parseDotenv } from '../../src/private/dotenv';

test.each<[text: string, variables: Record<string, string>]>([
  ['A=1\nB=two words\n', { A: '1', B: 'two words' }],
  ['\uFEFFA=1\r\nB=2', { A: '1', B: '2' }],
  ['# A=1\n\n  B = 2  ', { B: '2' }],
  ['export A=1\nB: 2', { A: '1', B: '2' }],
  ['A=1 # one\nB=#none\nC=a#b', { A: '1', B: '', C: 'a' }],
  ['A="1 # one" # comment\nB=\'it\\\'s\'', { A: '1 # one', B: 'it\\\'s' }],
  ['A="a\\nb"\nB=\'a\\nb\'\nC=`a "b"`', { A: 'a\nb', B: 'a\\nb', C: 'a "b"' }],
  ['A="-----BEGIN-----\nabc\n-----END-----"\nB=2', { A: '-----BEGIN-----\nabc\n-----END-----', B: '2' }],
  ['A={"json": "x"}\nB="{"a":1}"', { A: '{"json": "x"}', B: '{"a":1}' }],
  ['A=\nB=""', { A: '', B: '' }],
  ['A="no end\nB=2', { A: '"no end', B: '2' }],
  ['A=1\nA=2', { A: '2' }],
  ['A=postgres://u:p=w@h/d?x=1', { A: 'postgres://u:p=w@h/d?x=1' }],
  ['no assignment\nA.b-c=1', { 'A.b-c': '1' }],
  ['A=$B ${C}', { A: '$B ${C}' }],
])('%j', (text, variables) => {
  expect(parseDotenv(text)).toEqual(variables);
});
