// Times for people. The server's are RFC 3339 in UTC; shown is the reader's own time zone. Pure functions.
import { count, counted, kNoBreakSpace } from './numbers';

const kDayMs = 86_400_000;

/** How long an experiment ran: "3 days", "5 hours", "less than a minute". */
export function duration(fromText: string, to: Date): string {
  const ms = Math.max(0, to.getTime() - new Date(fromText).getTime());
  if (ms >= 2 * kDayMs) return counted(Math.floor(ms / kDayMs), 'day');
  if (ms >= 7_200_000) return counted(Math.floor(ms / 3_600_000), 'hour');
  if (ms >= 60_000) return counted(Math.floor(ms / 60_000), 'minute');
  return 'less than a minute';
}

/** "22 Nov 2026, 14:42". */
export function moment(text: string): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false } as const;
  return new Intl.DateTimeFormat('en-GB', options).format(new Date(text));
}

/** "the end of 21 Nov 2026" for a midnight, which would read as the day after; else as it is. */
export function endMoment(text: string): string {
  const time = new Date(text);
  if (time.getHours() + time.getMinutes() + time.getSeconds() + time.getMilliseconds() > 0) return moment(text);
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(time.getTime() - 1));
  return `the end of ${day}`;
}

/** "14:42:34". */
export function clock(text: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(new Date(text));
}

/** "14:42". */
export function clockMinute(text: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(text));
}

/** "0.4", "12", "1,234": events a second, counted. */
export function perSecond(rate: number): string {
  return rate > 0 && rate < 10 ? rate.toFixed(1) : count(rate);
}

/** "1.2 MB". */
export function bytes(size: number): string {
  if (size < 1000) return counted(size, 'byte');
  const [value, unit] = size < 1_000_000 ? [size / 1000, 'KB'] : [size / 1_000_000, 'MB'];
  return `${value < 10 ? value.toFixed(1) : count(value)}${kNoBreakSpace}${unit}`;
}
