// Ticks of an axis of time: midnights where it spans days, else clock times, as many as there is room for. Pure.
import { clockMinute } from '../text/time';

const kDayMs = 86_400_000;
const kMinuteMs = 60_000;
const kMinuteSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720];

export interface TimeTicks {
  ticks: Date[];
  text: (time: Date) => string;
}

function dayText(time: Date): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(time);
}

function midnights(first: Date, last: Date, most: number): Date[] {
  const step = Math.max(1, Math.ceil((last.getTime() - first.getTime()) / kDayMs / most));
  const ticks: Date[] = [];
  // By the calendar, not by hours: some days have 23 or 25.
  const day = new Date(first.getFullYear(), first.getMonth(), first.getDate());
  while (day.getTime() < first.getTime()) day.setDate(day.getDate() + 1);
  for (; day.getTime() <= last.getTime(); day.setDate(day.getDate() + step)) ticks.push(new Date(day));
  return ticks;
}

export function timeTicks(first: Date, last: Date, most: number): TimeTicks {
  const span = last.getTime() - first.getTime();
  if (span >= 2 * kDayMs) return { ticks: midnights(first, last, Math.max(1, most)), text: dayText };
  const minutes = kMinuteSteps.find((step) => span / (step * kMinuteMs) <= Math.max(1, most)) ?? 720;
  const stepMs = minutes * kMinuteMs;
  const start = new Date(first.getFullYear(), first.getMonth(), first.getDate()).getTime();
  const ticks: Date[] = [];
  for (let at = start + Math.ceil((first.getTime() - start) / stepMs) * stepMs; at <= last.getTime(); at += stepMs) ticks.push(new Date(at));
  return { ticks, text: (time) => clockMinute(time.toISOString()) };
}
