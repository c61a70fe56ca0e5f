import { Hono } from "hono";
import { toDispatch } from "./dispatch.ts";
import { HttpError } from "./errors.ts";
import { answerPreflight, refuse, serveRoute, type Front, type ServerEnv } from "./serve.ts";
import { AppError } from "@loci/kit/errors";
import type { Route } from "./route.ts";

/** The web-standard handler of these routes: `fetch` for a server, `request` for tests. */
export function mountRoutes(front: Front, routes: Route[]): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>();
  const dispatch = toDispatch(front, routes);
  for (const route of routes) app.on(route.method.toUpperCase(), toPattern(route.path), serveRoute(front, route, dispatch));
  for (const path of new Set(routes.filter(({ cors }) => cors === true).map((route) => route.path))) app.on("OPTIONS", toPattern(path), answerPreflight(front));
  const shapes = toShapes(routes);
  app.notFound((c) => {
    const { method, path } = c.req;
    const meant = routes.find((route) => route.method.toUpperCase() === method && isMeant(shapes, route, path));
    return meant === undefined ? refuse(front, c, toMissing(shapes, method, path)) : refuse(front, c, toSlashed(front, path), meant);
  });
  app.onError((error, c) => refuse(front, c, error));
  return app;
}

/** `/v1/memories/{id}` as the router writes it. */
const toPattern = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

interface Shape {
  path: string;
  matches: RegExp;
  methods: string[];
}

function toShapes(routes: Route[]): Shape[] {
  const methods = Map.groupBy(routes, ({ path }) => path);
  return [...methods].map(([path, sharing]) => ({
    path,
    matches: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    methods: sharing.flatMap(({ method }) => (method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()])),
  }));
}

/** Whether a path is that of a route but for a slash at its end, as people paste it. */
const isMeant = (shapes: Shape[], { path }: Route, asked: string): boolean =>
  asked.length > 1 && asked.endsWith("/") && shapes.some((shape) => shape.path === path && shape.matches.test(asked.slice(0, -1)));

const toSlashed = ({ publicUrl }: Pick<Front, "publicUrl">, path: string): AppError =>
  new AppError("not_found", `There is nothing at ${path.slice(0, 200)}. The address is ${publicUrl}${path.slice(0, -1).slice(0, 200)}, without a slash at its end.`);

function toMissing(shapes: Shape[], method: string, path: string): AppError {
  const shown = `${method} ${path.slice(0, 200)}`;
  const shape = shapes.find(({ matches }) => matches.test(path));
  if (shape === undefined) return new AppError("not_found", `There is nothing at ${shown}. Check the path; /openapi.json lists all there is.`);
  const allow = shape.methods.join(", ");
  return new HttpError(405, "invalid_request", `${shown} is not possible: this path takes ${allow}.`, { allow });
}
