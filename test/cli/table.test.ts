import { table } from '../../cli/table';

test('columns are as wide as their longest cell', () => {
  expect(table([['a', 'bb', 'c'], ['aaaa', 'b', 'ccc']])).toBe('a     bb  c\naaaa  b   ccc');
});

test('numbers can be aligned to the right', () => {
  expect(table([['', 'cost'], ['nodes', '1.00']], { right: [1] })).toBe('       cost\nnodes  1.00');
});

test('rows can be indented, and no line ends with spaces', () => {
  expect(table([['a', ''], ['aaa', 'b']], { indent: 2 })).toBe('  a\n  aaa  b');
});

test('rows may be shorter than others', () => {
  expect(table([['a', 'b'], [], ['c']])).toBe('a  b\n\nc');
});

test('a table without rows is empty', () => {
  expect(table([])).toBe('');
});
