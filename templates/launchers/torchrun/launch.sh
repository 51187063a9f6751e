#!/bin/sh
# Start a training on several nodes and wait for it (`up SCRIPT ARGUMENTS`), or take it down (`down`).
# SHARED: where this job sees the volume that the nodes see as /shared. OUTPUTS: the folder that the training leaves,
# and that comes back. The other variables: see manifest.py.
set -eu
name="train-$CI_JOB_ID"
folder="${SHARED:-/shared}/$name"

case $1 in
up)
    shift
    mkdir -p "$folder"
    git archive HEAD | tar -x -C "$folder"
    python3 launch/manifest.py "$@" | kubectl apply -f -
    # What the first node prints; the verdict is the Job's.
    kubectl logs --follow --pod-running-timeout=30m "job/$name" || true
    while :; do
        case $(kubectl get "job/$name" -o 'jsonpath={.status.conditions[?(@.status=="True")].type}') in
        *Failed*) echo "the training failed" >&2; exit 1 ;;
        *Complete*) break ;;
        esac
        sleep 5
    done
    mkdir -p "$OUTPUTS"
    cp -R "$folder/$OUTPUTS/." "$OUTPUTS/"
    ;;
down)
    kubectl delete --ignore-not-found --wait=false "job/$name" "service/$name"
    rm -rf "$folder"
    ;;
esac
