/**
 * Says what a prop must be, and what it was instead.
 *
 * Every refusal of this library is worded here, so that all of them read alike.
 *
 * @param prop what the user wrote, such as `memorySize`
 * @param rule completes "must …", with the fix where it can be guessed
 */
export function refusal(prop: string, rule: string, got: unknown): Error {
  return new Error(say(prop, `must ${rule}`, got));
}

export function say(prop: string, rule: string, got: unknown): string {
  return `\`${prop}\` ${rule}, got: ${show(got)}`;
}

function show(value: unknown): string {
  // As a text where it would be taken for something else.
  const plain = typeof value === 'string' && !/^(-?\d+(\.\d+)?|true|false)$/.test(value);
  return plain ? value : JSON.stringify(value) ?? 'nothing';
}
