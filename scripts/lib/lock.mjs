// How do two commands, started at the same time, keep from installing or building into the same folder?
//
// A folder is the lock, because making one is atomic everywhere. Its owner touches it while it works; a lock whose owner
// is gone, or that nobody touched for a while (the owner lived on another machine or in another container), is taken over.

import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./process.mjs";
import { paths } from "./project.mjs";

const folder = join(paths.tools, "lock");
const TOUCH_MS = 2_000;
const ABANDONED_MS = 30_000;

/** Runs `work` while no other command of this project does. */
export async function alone(work) {
  mkdirSync(paths.tools, { recursive: true });
  for (let told = false; !take(); await sleep(200)) {
    if (!told) say("· waiting for another command of this project to finish setting up or building");
    told = true;
  }
  const heart = setInterval(touch, TOUCH_MS);
  process.on("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(heart);
    process.off("exit", release);
    release();
  }
}

function take() {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (abandoned()) release();
    return false;
  }
  writeFileSync(join(folder, "pid"), String(process.pid));
  return true;
}

function abandoned() {
  try {
    const idle = Date.now() - statSync(folder).mtimeMs;
    if (idle > ABANDONED_MS) return true;
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    return idle > TOUCH_MS && pid > 0 && !alive(pid);
  } catch {
    return false; // it has just been released, or its owner is about to write its number
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function touch() {
  try {
    utimesSync(folder, new Date(), new Date());
  } catch {
    // Somebody removed .tools by hand; the work itself will say so if that matters.
  }
}

function release() {
  rmSync(folder, { recursive: true, force: true });
}
