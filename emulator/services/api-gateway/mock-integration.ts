import type { Integration } from './rest-api';
import { headerValue, text, type Header, type HttpResponse } from '../../core/http';

/** Answers as a MOCK integration does: the request template names the status, the integration response of that status the rest. */
export function mockResponse(integration: Integration, headers: readonly Header[], binaryMediaTypes: readonly string[]): HttpResponse {
  const contentType = (headerValue(headers, 'content-type') ?? 'application/json').split(';')[0].trim();
  const template = integration.RequestTemplates?.[contentType];
  const { PassthroughBehavior } = integration;
  if (template === undefined && (PassthroughBehavior === 'NEVER' || (PassthroughBehavior === 'WHEN_NO_TEMPLATES' && integration.RequestTemplates))) {
    return json(415, { message: 'Unsupported Media Type' });
  }
  // All bodies count as binary then, and a binary one cannot be mapped.
  if (binaryMediaTypes.includes('*/*') && integration.ContentHandling !== 'CONVERT_TO_TEXT') return internalError();
  const wanted = statusOf(template);
  const responses = integration.IntegrationResponses ?? [];
  const response = responses.find(({ SelectionPattern }) => SelectionPattern && new RegExp(`^(?:${SelectionPattern})$`).test(wanted ?? ''))
    ?? responses.find(({ SelectionPattern }) => !SelectionPattern);
  if (!wanted || !response) return internalError();
  const mapped = Object.entries(response.ResponseParameters ?? {}).flatMap(([target, value]): Header[] => {
    const name = /^method\.response\.header\.(.+)$/.exec(target)?.[1];
    const fixed = /^'(.*)'$/s.exec(value)?.[1];
    return name && fixed !== undefined ? [[name, fixed]] : [];
  });
  return text(Number(response.StatusCode), 'application/json', response.ResponseTemplates?.['application/json'] ?? '', mapped);
}

export function json(status: number, body: object, headers: readonly Header[] = []): HttpResponse {
  return text(status, 'application/json', JSON.stringify(body), headers);
}

/** What API Gateway says of everything that goes wrong behind it. */
export function internalError(status: 500 | 502 = 500): HttpResponse {
  return json(status, { message: 'Internal server error' }, [['x-amzn-ErrorType', 'InternalServerErrorException']]);
}

function statusOf(template: string | undefined): string | undefined {
  const status = /"?statusCode"?\s*:\s*(\d{3})/.exec(template ?? '')?.[1];
  return status;
}
