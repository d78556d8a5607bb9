import type { AwsError } from './aws-error';
import { textResponse, type HttpResponse } from './http';
import type { Authorize } from './json-api';

/** The actions of a service with AWS's query protocol: each takes form parameters, and returns the XML of its result. */
export type QueryApi = Readonly<Record<string, (parameters: Readonly<Record<string, string | undefined>>, authorize: Authorize) => string>>;

export function queryResponse(action: string, result: string): HttpResponse {
  return textResponse(200, 'text/xml', `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`);
}

export function queryError({ status, code, message }: AwsError): HttpResponse {
  const error = `<Type>${status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${code}</Code><Message>${escaped(message)}</Message>`;
  return textResponse(status, 'text/xml', `<ErrorResponse><Error>${error}</Error></ErrorResponse>`);
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
