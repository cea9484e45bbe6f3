/** An answer of the API that is not a success, or no answer at all (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly requestId: string | null;

  constructor(status: number, message: string, requestId: string | null = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.requestId = requestId;
  }
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly request_id?: string;
}

function isProblem(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("application/problem+json") ?? false;
}

/** Reads a JSON answer, or raises `ApiError` with what its problem document says. */
export async function readBody<Body>(response: Response): Promise<Body> {
  if (response.ok) return (await response.json()) as Body;
  const problem: Problem = isProblem(response) ? ((await response.json()) as Problem) : {};
  throw new ApiError(
    response.status,
    problem.detail ?? problem.title ?? response.statusText,
    problem.request_id ?? response.headers.get("x-request-id"),
  );
}
