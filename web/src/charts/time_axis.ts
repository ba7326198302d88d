// Ticks of an axis of time, as many as there is room for: days where it spans days, each named in its middle and bounded by its
// midnights, so that what stands at the end of a day is not read as the next one; else clock times. Pure.
import { clockMinute } from '../text/time';

const kDayMs = 86_400_000;
const kMinuteMs = 60_000;
const kMinuteSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720];

export interface TimeTicks {
  ticks: Date[];
  /** Lines between the days. */
  bounds: Date[];
  text: (time: Date) => string;
}

function dayText(time: Date): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(time);
}

/** Every so many days at an hour. By the calendar, not by hours: some days have 23 or 25. */
function daily(first: Date, last: Date, hour: number, step: number): Date[] {
  const ticks: Date[] = [];
  const day = new Date(first.getFullYear(), first.getMonth(), first.getDate(), hour);
  while (day.getTime() < first.getTime()) day.setDate(day.getDate() + 1);
  for (; day.getTime() <= last.getTime(); day.setDate(day.getDate() + step)) ticks.push(new Date(day));
  return ticks;
}

export function timeTicks(first: Date, last: Date, most: number): TimeTicks {
  const span = last.getTime() - first.getTime();
  if (span >= 2 * kDayMs) {
    const step = Math.max(1, Math.ceil(span / kDayMs / Math.max(1, most)));
    return { ticks: daily(first, last, 12, step), bounds: step === 1 ? daily(first, last, 0, 1) : [], text: dayText };
  }
  const minutes = kMinuteSteps.find((step) => span / (step * kMinuteMs) <= Math.max(1, most)) ?? 720;
  const stepMs = minutes * kMinuteMs;
  const start = new Date(first.getFullYear(), first.getMonth(), first.getDate()).getTime();
  const ticks: Date[] = [];
  for (let at = start + Math.ceil((first.getTime() - start) / stepMs) * stepMs; at <= last.getTime(); at += stepMs) ticks.push(new Date(at));
  return { ticks, bounds: [], text: (time) => clockMinute(time.toISOString()) };
}
