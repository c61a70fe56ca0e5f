import { expect, test } from "vitest";
import { splitText } from "./split.ts";

test("an identifier is found by its parts and whole, however it is written", () => {
  expect(splitText("getUserName")).toEqual({ words: ["get", "User", "Name"], wholes: ["getusername"] });
  expect(splitText("Flask-Login")).toEqual({ words: ["Flask", "Login"], wholes: ["flasklogin"] });
  expect(splitText("error_code_42").wholes).toEqual(["errorcode42"]);
  expect(splitText("HTTPServer").words).toEqual(["HTTP", "Server"]);
  expect(splitText("v1.2.3")).toEqual({ words: ["v", "1", "2", "3"], wholes: ["v1.2.3"] });
  expect(splitText("IL-6").wholes).toEqual(splitText("IL6").wholes);
});

test("addresses of people and pages are found by their parts and whole", () => {
  expect(splitText("mail ann.lee@example.org now")).toEqual({ words: ["mail", "ann", "lee", "example", "org", "now"], wholes: ["ann.lee@example.org"] });
  expect(splitText("(https://example.com/a/b?x=1).")).toEqual({ words: ["example", "com", "a", "b", "x", "1"], wholes: ["example.com/a/b?x=1"] });
});

test("a possessive or contracted ending is no word, an elided article is one", () => {
  expect(splitText("Caroline's don\u2019t we've").words).toEqual(["Caroline", "don", "we"]);
  expect(splitText("l'amico").words).toEqual(["l", "amico"]);
});

test("numbers are one word without their commas, days of a month without their ending", () => {
  expect(splitText("1,234,567 on the 8th")).toEqual({ words: ["1234567", "on", "the", "8"], wholes: [] });
  expect(splitText("3.5")).toEqual({ words: ["3", "5"], wholes: ["3.5"] });
});

test("scripts without spaces become pairs, one sign alone stays", () => {
  expect(splitText("東京都 犬").words).toEqual(["東京", "京都", "犬"]);
  expect(splitText("กขค").words).toEqual(["กข", "ขค"]);
});

test("marks go, compatibility forms unify, other scripts stay whole words", () => {
  expect(splitText("Café straße ﬁne Ørsted ＡＢＣ").words).toEqual(["Cafe", "strasse", "fine", "Orsted", "ABC"]);
  expect(splitText("Привет हिन्दी").words).toEqual(["Привет", "हिन्दी"]);
});

test("plain hyphens, dots and slashes between words do not glue sentences together", () => {
  expect(splitText("well...ok and/or --x").words).toEqual(["well", "ok", "and", "or", "x"]);
});

test("a word without end is cut", () => {
  expect(splitText("a".repeat(10_000)).words[0]).toHaveLength(64);
});
