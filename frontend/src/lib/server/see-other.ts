import "server-only";
import { NextResponse } from "next/server";

/** Leads on to a page of this site; its address is relative, for only the browser knows by which name it came. */
export function seeOther(path: string): NextResponse {
  return new NextResponse(null, { status: 303, headers: { location: path, "cache-control": "no-store" } });
}
