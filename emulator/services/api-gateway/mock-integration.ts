import type { Integration } from './rest-api';
import { headerValue, textResponse, type Header, type HttpResponse } from '../../core/http';

/** The response of a MOCK integration: the request template selects the status, the integration response of that status has the rest. */
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
  return textResponse(Number(response.StatusCode), 'application/json', response.ResponseTemplates?.['application/json'] ?? '', mapped);
}

export function json(status: number, body: object, headers: readonly Header[] = []): HttpResponse {
  return textResponse(status, 'application/json', JSON.stringify(body), headers);
}

/** API Gateway's response to failures of an integration. */
export function internalError(status: 500 | 502 = 500): HttpResponse {
  return json(status, { message: 'Internal server error' }, [['x-amzn-ErrorType', 'InternalServerErrorException']]);
}

function statusOf(template: string | undefined): string | undefined {
  const status = /"?statusCode"?\s*:\s*(\d{3})/.exec(template ?? '')?.[1];
  return status;
}
