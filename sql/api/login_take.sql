-- Take one attempt from a bucket that holds $3 and gains one each $2; no row comes back when it is empty.
INSERT INTO support.login_throttle AS kept (bucket, free_at)
VALUES ($1, clock_timestamp() + $2)
ON CONFLICT (bucket) DO UPDATE
SET free_at = greatest(kept.free_at, clock_timestamp()) + $2
WHERE greatest(kept.free_at, clock_timestamp()) + $2 <= clock_timestamp() + $2 * $3::integer
RETURNING bucket
