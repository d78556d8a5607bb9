import { Token } from 'aws-cdk-lib';
import { refusal } from './requirement';

/** DocumentDB capacity units come in halves. */
export function validateCapacity(least: number, most: number): void {
  validateUnits('minCapacity', least, 0.5);
  validateUnits('maxCapacity', most, 1);
  if (!Token.isUnresolved(least) && !Token.isUnresolved(most) && least > most) {
    throw refusal('minCapacity', `be at most \`maxCapacity\` (${most})`, least);
  }
}

function validateUnits(prop: string, units: number, least: number): void {
  if (Token.isUnresolved(units)) return;
  if (units < least || units > 256 || !Number.isInteger(units * 2)) {
    throw refusal(prop, `be from ${least} to 256 in steps of 0.5`, units);
  }
}
