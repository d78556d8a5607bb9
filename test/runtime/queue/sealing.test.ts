import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Sealing } from '../../../runtime/queue/sealing';

const secret = randomBytes(32);
const sealing = new Sealing(secret);
const plain = Buffer.from('a password');

test('a frame opens with the key and the number it was sealed with', () => {
  fc.assert(fc.property(fc.uint8Array(), fc.nat(), (bytes, number) => {
    const data = Buffer.from(bytes);
    expect(sealing.request('id').open(number, sealing.request('id').seal(number, data))).toEqual(data);
  }));
});

test('a sealed frame does not contain the plain text', () => {
  expect(sealing.request('id').seal(0, plain).includes(plain)).toBe(false);
});

test.each([
  ['secret', new Sealing(randomBytes(32)).response('id', 'worker:1')],
  ['direction', sealing.request('id')],
  ['request', sealing.response('other', 'worker:1')],
  ['attempt', sealing.response('id', 'worker:2')],
  ['split of request and attempt', sealing.response('id","worker:1', '')],
])('a frame does not open with another %s', (_, other) => {
  expect(other.open(3, sealing.response('id', 'worker:1').seal(3, plain))).toBeUndefined();
});

test('a frame does not open under another number', () => {
  expect(sealing.request('id').open(4, sealing.request('id').seal(3, plain))).toBeUndefined();
});

test('a frame does not open after any bit was changed', () => {
  const sealed = sealing.request('id').seal(3, plain);
  fc.assert(fc.property(fc.nat({ max: sealed.length * 8 - 1 }), (bit) => {
    const changed = Buffer.from(sealed);
    const [index, mask] = [Math.floor(bit / 8), 2 ** (bit % 8)];
    changed[index] += Math.floor(sealed[index] / mask) % 2 ? -mask : mask;
    expect(sealing.request('id').open(3, changed)).toBeUndefined();
  }));
});

test.each([0, 1, 15])('%d bytes do not open', (size) => {
  expect(sealing.request('id').open(0, Buffer.alloc(size))).toBeUndefined();
});

test('fails when the secret is too short', () => {
  expect(() => new Sealing(Buffer.alloc(31))).toThrow('the sealing secret must have 32 bytes or more, got: 31');
});
