import { expect, test } from "vitest";
import { ENGLISH } from "./languages/english.ts";
import { LANGUAGES } from "./languages/packs.ts";
import { findTimeRange } from "./time-expressions.ts";

// A Wednesday.
const ASKED = Date.parse("2024-03-13T15:00:00Z");
const days = (question: string, languages = [ENGLISH]): [string, string] | null => {
  const range = findTimeRange(question, ASKED, languages);
  return range && [new Date(range.since).toISOString().slice(0, 10), new Date(range.until).toISOString().slice(0, 10)];
};

test.each([
  ["What did I eat yesterday?", "2024-03-12", "2024-03-13"],
  ["today", "2024-03-13", "2024-03-14"],
  ["Who called last week?", "2024-03-04", "2024-03-14"],
  ["last month", "2024-02-01", "2024-03-14"],
  ["the past 3 days", "2024-03-10", "2024-03-14"],
  ["this year", "2024-01-01", "2024-03-14"],
  ["two months ago", "2023-12-29", "2024-01-29"],
  ["a day ago", "2024-03-12", "2024-03-13"],
  ["on Monday", "2024-03-11", "2024-03-12"],
  ["last Wednesday", "2024-03-06", "2024-03-07"],
  ["in 2023", "2023-01-01", "2024-01-01"],
  ["in May", "2023-05-01", "2023-06-01"],
  ["in January", "2024-01-01", "2024-02-01"],
  ["in May 2022", "2022-05-01", "2022-06-01"],
  ["on 8 May", "2023-05-08", "2023-05-09"],
  ["May 8th, 2023", "2023-05-08", "2023-05-09"],
  ["the 8th of May 2021", "2021-05-08", "2021-05-09"],
  ["since 2024-02-29", "2024-02-29", "2024-03-01"],
])("%s", (question, since, until) => {
  expect(days(question)).toEqual([since, until]);
});

test.each(["May I ask you something?", "We march on", "Who won 300 games?", "What is the third day of rest?", ""])("no span is read into: %s", (question) => {
  expect(days(question)).toBeNull();
});

test.each([
  ["la settimana scorsa", "2024-03-04", "2024-03-14"],
  ["due mesi fa", "2023-12-29", "2024-01-29"],
  ["vor zwei Monaten", "2023-12-29", "2024-01-29"],
  ["hier", "2024-03-12", "2024-03-13"],
  ["hace dos meses", "2023-12-29", "2024-01-29"],
  ["el 8 de mayo de 2023", "2023-05-08", "2023-05-09"],
])("in another language: %s", (question, since, until) => {
  expect(days(question, [...LANGUAGES])).toEqual([since, until]);
});
