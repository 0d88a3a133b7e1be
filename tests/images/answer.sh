#!/bin/sh
# One request on stdin and stdout; the access log goes where the server's errors go.
read -r method path _
length=0
while read -r name value; do
  value=${value%?}
  case $name in [Cc]ontent-[Ll]ength:) length=$value ;; ?) break ;; esac
done
status='200 OK' kind=application/json
case $method$path in
  GET/ | GET/\?*) body='{"status": "online", "model_loaded": true}' ;;
  GET/docs*) kind=text/html body='<title>satellite-api - Swagger UI</title>' ;;
  GET/openapi.json*) body='{"openapi": "3.1.0", "paths": {"/predict": {"post": {}}}}' ;;
  POST/predict*)
    if head -c "$length" | grep -q JFIF; then body='{"prediction": "Forest", "confidence": 0.98}'
    else status='400 Bad Request' body='{"detail": "Invalid image file"}'; fi ;;
  *) status='404 Not Found' body='{"detail": "Not Found"}' ;;
esac
[ -f /answering ] && . /answering
echo "INFO:     127.0.0.1:1 - \"$method $path HTTP/1.1\" $status" >&2
printf 'HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "$status" "$kind" ${#body} "$body"
