import type { RequestHandler } from 'express';

/** What the names of browsers have in common; curl, node and the like have none of it. */
const BROWSER = /\b(Chrome|Chromium|CriOS|Firefox|FxiOS|Safari|Edge?|OPR|Opera|SamsungBrowser|MSIE|Trident)\b/;

/**
 * Refuses clients that are no browsers in LibreChat's way: status 200 and an `error` event, whatever the route. A
 * distribution that keeps `User-Agent` from the API makes every user look like that.
 */
export const browsersOnly: RequestHandler = (req, res, next) => {
  if (BROWSER.test(req.get('user-agent') ?? '')) return next();
  res.write(`event: error\ndata: ${JSON.stringify({ message: 'Illegal request' })}\n\n`);
  res.end();
};
