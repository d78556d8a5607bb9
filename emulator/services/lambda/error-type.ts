/**
 * The type of an error report as Lambda returns it: types of another form are replaced.
 *
 * @param reported the value of `Lambda-Runtime-Function-Error-Type`
 */
export function errorTypeOf(reported: string): string {
  // Not anchored, as in AWS's Runtime API server.
  if (/(?:Runtime|Function)\.[A-Z][a-zA-Z]+/.test(reported)) return reported;
  return reported.startsWith('Function.') ? 'Function.Unknown' : 'Runtime.Unknown';
}
