import { Size, Token } from 'aws-cdk-lib';
import { refusal } from './requirement';

export function validateInteger(prop: string, value: number | undefined, least: number, most: number, why = ''): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!Number.isInteger(value) || value < least || value > most) {
    throw refusal(prop, `be a whole number from ${least} to ${most}${why}`, value);
  }
}

export function validateAtLeast(prop: string, value: number | undefined, least: number, why = ''): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!Number.isInteger(value) || value < least) throw refusal(prop, `be a whole number, ${least} or more${why}`, value);
}

export function validateSize(prop: string, value: Size | undefined, leastMebibytes: number, mostMebibytes: number): void {
  if (value === undefined || value.isUnresolved()) return;
  validateInteger(prop, value.toMebibytes({ rounding: 1 }), leastMebibytes, mostMebibytes, ' MiB');
}

/** Absolute, over HTTP, and without a slash at the end, to which LibreChat would append another. */
export function validateServiceUrl(prop: string, url: string | undefined): void {
  if (url === undefined || Token.isUnresolved(url)) return;
  if (!/^https?:\/\/[^/\s]+(\/\S*[^/\s])?$/.test(url)) {
    throw refusal(prop, 'be an http or https URL without a slash at its end', url);
  }
}

export function validateNodeType(prop: string, nodeType: string): void {
  if (Token.isUnresolved(nodeType) || /^cache\.[a-z0-9]+\.[a-z0-9]+$/.test(nodeType)) return;
  throw refusal(prop, 'be an ElastiCache node type such as cache.t4g.micro', nodeType);
}
