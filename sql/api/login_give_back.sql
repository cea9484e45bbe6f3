DELETE FROM support.login_throttle
WHERE bucket = $1
