#!/usr/bin/env bash
# Builds the Dataflow flex template and puts it into a bucket.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  cat <<'USAGE'
Usage: templates/dataflow/build.sh --project ID --region REGION --bucket gs://BUCKET [options]

Builds the jar and the launcher's image, and uploads the container specs. The image's repository in
Artifact Registry is created if it isn't there.

Options:
  --project ID          the Google Cloud project
  --region REGION       the region, such as europe-west1
  --bucket gs://BUCKET  where the template goes: BUCKET/templates/; a folder in a bucket will do
  --dry-run             builds all that is built here, prints what would be built and uploaded there;
                        needs neither docker nor gcloud nor a network
  --jar JAR             takes this jar, and builds none
  --image IMAGE         default: REGION-docker.pkg.dev/ID/beam-batch-inference/launcher:VERSION
  --with docker|cloud-build   what builds the image; default: cloud-build
  --base IMAGE@sha256:… the launcher's base image by its digest; default: what
                        gcr.io/dataflow-templates-base/java17-template-launcher-base-distroless:latest is now
  --allowed-hosts LIST  the only hosts that a job of this template may send documents and the key to,
                        such as 'api.openai.com,*.openai.azure.com'; default: any
USAGE
}

fail() {
  echo "error: $1" >&2
  echo "templates/dataflow/build.sh --help says more" >&2
  exit 2
}

# Does what needs the cloud or docker, or says what it would do.
there() {
  if $dry_run; then
    printf 'would run:'
    printf ' %q' "$@"
    printf '\n'
  else
    "$@"
  fi
}

upload() { # file, gs:// path
  echo "upload $1 ($(wc -c <"$1" | tr -d ' ') bytes) to $2"
  there gcloud storage cp "$1" "$2"
}

project='' region='' bucket='' image='' base='' hosts=''
builder=cloud-build
dry_run=false jar=''
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry_run=true ;;
    --help | -h) usage; exit 0 ;;
    --project | --region | --bucket | --image | --with | --base | --allowed-hosts | --jar)
      [ $# -gt 1 ] || fail "$1 needs a value"
      case $1 in
        --project) project=$2 ;;
        --region) region=$2 ;;
        --bucket) bucket=${2%/} ;;
        --image) image=$2 ;;
        --with) builder=$2 ;;
        --base) base=$2 ;;
        --allowed-hosts) hosts=$2 ;;
        --jar) jar=$2 ;;
      esac
      shift ;;
    *) fail "unknown argument: $1" ;;
  esac
  shift
done
for name in project region bucket; do
  [ -n "${!name}" ] || fail "--$name is missing"
done
case $bucket in gs://?*) ;; *) fail "--bucket $bucket: it begins with gs://" ;; esac
case $hosts in *[!A-Za-z0-9.*:,\ -]*) fail "--allowed-hosts $hosts: hosts with commas between them" ;; esac
case $builder in docker | cloud-build) ;; *) fail "--with $builder: docker or cloud-build" ;; esac

if [ -z "$jar" ]; then
  jar=target/beam-batch-inference-dataflow.jar
  echo "build $jar"
  mvn -q -B -DskipTests -Pdataflow package
fi
[ -f "$jar" ] || fail "--jar $jar is missing"
out=target/templates
mkdir -p "$out"

# What describes the parameters is made from the code that reads them.
java -cp "$jar" io.beambatch.template.TemplateFiles >/dev/null
version=$(unzip -p "$jar" META-INF/MANIFEST.MF | tr -d '\r' | sed -n 's/^Implementation-Version: //p')

: "${image:=$region-docker.pkg.dev/$project/beam-batch-inference/launcher:$version}"
context=$out/image
rm -rf "$context"
mkdir -p "$context"
launcher=gcr.io/dataflow-templates-base/java17-template-launcher-base-distroless
if [ -z "$base" ]; then
  if $dry_run; then
    there gcloud container images describe "$launcher:latest"
    base=$launcher@sha256:0000000000000000000000000000000000000000000000000000000000000000
  else
    base=$(gcloud container images describe "$launcher:latest" \
      --format='value(image_summary.fully_qualified_digest)')
  fi
fi
case $base in *@sha256:*) ;; *) fail "--base $base: name it by its digest, IMAGE@sha256:…" ;; esac
echo "base image $base"
cp "$jar" "$context"
sed "s|@BASE@|$base|; s|@HOSTS@|$hosts|" templates/dataflow/Dockerfile >"$context/Dockerfile"
echo "build image $image from $context: Dockerfile and one jar, $(du -sm "$context" | cut -f1) MB"
# Artifact Registry doesn't make a repository by itself. This one is made unless it is there.
repository=${image#*-docker.pkg.dev/}
if [ "$repository" != "$image" ]; then
  repository=$(cut -d/ -f2 <<<"$repository")
  where=(--project "$project" --location "${image%%-docker.pkg.dev/*}")
  if $dry_run || ! gcloud artifacts repositories describe "$repository" "${where[@]}" >/dev/null 2>&1; then
    there gcloud artifacts repositories create "$repository" "${where[@]}" --repository-format=docker
  fi
fi
if [ "$builder" = docker ]; then
  there docker build --platform linux/amd64 --tag "$image" "$context"
  there docker push "$image"
else
  there gcloud builds submit --project "$project" --region "$region" --tag "$image" "$context"
fi
# One for jobs that end, one for streams.
for spec in '' -stream; do
  sed "s|@IMAGE@|$image|" "templates/dataflow/flex/container-spec$spec.json" >"$out/batch-inference$spec.json"
  upload "$out/batch-inference$spec.json" "$bucket/templates/batch-inference$spec.json"
done
cat <<NEXT
launch with:
gcloud dataflow flex-template run JOB-NAME --project $project --region $region \\
  --template-file-gcs-location $bucket/templates/batch-inference.json \\
  --parameters jobFile=gs://…,staging=$bucket/runs,apiKeySecret=projects/$project/secrets/…/versions/latest,run=…
NEXT
