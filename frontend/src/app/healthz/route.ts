export const dynamic = "force-dynamic";

/** Says that this process answers; the API's health is the API's to tell. */
export const GET = () => Response.json({ status: "ok" });
