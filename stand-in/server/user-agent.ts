import type { RequestHandler } from 'express';

/** Common parts of the User-Agent of browsers; those of curl, node and the like do not match. */
const BROWSER = /\b(Chrome|Chromium|CriOS|Firefox|FxiOS|Safari|Edge?|OPR|Opera|SamsungBrowser|MSIE|Trident)\b/;

/**
 * Rejects clients that are not browsers as LibreChat does: with status 200 and an `error` event, on every route. If a
 * distribution does not forward `User-Agent` to the API, all users are rejected.
 */
export const browsersOnly: RequestHandler = (req, res, next) => {
  if (BROWSER.test(req.get('user-agent') ?? '')) return next();
  res.write(`event: error\ndata: ${JSON.stringify({ message: 'Illegal request' })}\n\n`);
  res.end();
};
