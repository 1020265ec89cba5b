#!/usr/bin/env bash
# Builds the Dataflow templates and puts them into a bucket.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  cat <<'USAGE'
Usage: templates/dataflow/build.sh flex|classic --project ID --region REGION --bucket gs://BUCKET [options]

  flex      builds the jar and the launcher's image, and uploads the container spec
  classic   stages one template for each job file, with its metadata

Options:
  --project ID          the Google Cloud project
  --region REGION       the region, such as europe-west1
  --bucket gs://BUCKET  where templates go: BUCKET/templates/; a folder in a bucket will do
  --dry-run             builds all that is built here, prints what would be built and uploaded there;
                        needs neither docker nor gcloud nor a network
  --skip-build          takes the jar that is in target/
 flex only:
  --image IMAGE         default: REGION-docker.pkg.dev/ID/beam-batch-inference/launcher:VERSION
  --with docker|cloud-build   what builds the image; default: cloud-build
 classic only:
  --job FILE            a job file; may be repeated; default: all of pipelines/
  --mode MODE           run, submit or collect; default: run
  --root gs://FOLDER    where relative paths in job files start; default: BUCKET/data
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

what='' project='' region='' bucket='' image='' root=''
builder=cloud-build mode=run
dry_run=false skip_build=false jobs=()
while [ $# -gt 0 ]; do
  case $1 in
    flex | classic) what=$1 ;;
    --dry-run) dry_run=true ;;
    --skip-build) skip_build=true ;;
    --help | -h) usage; exit 0 ;;
    --project | --region | --bucket | --image | --with | --job | --mode | --root)
      [ $# -gt 1 ] || fail "$1 needs a value"
      case $1 in
        --project) project=$2 ;;
        --region) region=$2 ;;
        --bucket) bucket=${2%/} ;;
        --image) image=$2 ;;
        --with) builder=$2 ;;
        --job) jobs+=("$2") ;;
        --mode) mode=$2 ;;
        --root) root=${2%/} ;;
      esac
      shift ;;
    *) fail "unknown argument: $1" ;;
  esac
  shift
done
[ -n "$what" ] || fail "say flex or classic"
for name in project region bucket; do
  [ -n "${!name}" ] || fail "--$name is missing"
done
case $bucket in gs://?*) ;; *) fail "--bucket $bucket: it begins with gs://" ;; esac
case $builder in docker | cloud-build) ;; *) fail "--with $builder: docker or cloud-build" ;; esac

if ! $skip_build; then
  echo "build target/beam-batch-inference.jar and target/lib/"
  # Nothing of an earlier build, such as another runner.
  rm -rf target/lib
  mvn -q -B -DskipTests package
fi
[ -f target/beam-batch-inference.jar ] || fail "target/beam-batch-inference.jar is missing; leave out --skip-build"
jar=target/beam-batch-inference.jar
out=target/templates
mkdir -p "$out"

# What describes the parameters is made from the code that reads them.
java -cp "$jar" io.beambatch.template.TemplateFiles >/dev/null
version=$(unzip -p "$jar" META-INF/MANIFEST.MF | tr -d '\r' | sed -n 's/^Implementation-Version: //p')

flex() {
  : "${image:=$region-docker.pkg.dev/$project/beam-batch-inference/launcher:$version}"
  local context=$out/image
  rm -rf "$context"
  mkdir -p "$context"
  cp "$jar" target/lib/*.jar templates/dataflow/Dockerfile "$context"
  local jars=("$context"/*.jar)
  echo "build image $image from $context: Dockerfile and ${#jars[@]} jars, $(du -sm "$context" | cut -f1) MB"
  if [ "$builder" = docker ]; then
    there docker build --platform linux/amd64 --tag "$image" "$context"
    there docker push "$image"
  else
    there gcloud builds submit --project "$project" --region "$region" --tag "$image" "$context"
  fi
  sed "s|@IMAGE@|$image|" templates/dataflow/flex/container-spec.json >"$out/batch-inference.json"
  upload "$out/batch-inference.json" "$bucket/templates/batch-inference.json"
  cat <<NEXT
launch with:
  gcloud dataflow flex-template run JOB-NAME --project $project --region $region \\
    --template-file-gcs-location $bucket/templates/batch-inference.json \\
    --parameters jobFile=gs://…,staging=$bucket/runs,apiKeySecret=projects/$project/secrets/…/versions/latest,run=…
NEXT
}

classic() {
  : "${root:=$bucket/data}"
  [ ${#jobs[@]} -gt 0 ] || jobs=(pipelines/*.yaml)
  local job name target
  for job in "${jobs[@]}"; do
    name=$(basename "$job" .yaml)
    [ "$mode" = run ] || name=$name-$mode
    target=$bucket/templates/$name
    local staging=(--templateLocation="$target")
    if $dry_run; then
      staging=(
        --templateLocation="$PWD/$out/$name"
        --stagerClass=io.beambatch.template.NothingStaged
        --pathValidatorClass=org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator
        --credentialFactoryClass=org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory
      )
    fi
    echo "stage $target from $job"
    java -Djava.util.logging.config.file=templates/dataflow/logging.properties -cp "$jar" io.beambatch.template.ClassicTemplate \
      --runner=DataflowRunner --project="$project" --region="$region" \
      --stagingLocation="$bucket/staging" --gcpTempLocation="$bucket/temp" \
      --jobFile="$job" --mode="$mode" --root="$root" --metadataFile="$out/${name}_metadata" \
      "${staging[@]}"
    if $dry_run; then
      echo "Dataflow's runner would write $out/$name ($(wc -c <"$out/$name" | tr -d ' ') bytes) to" \
        "$target, and the jars to $bucket/staging"
    fi
    upload "$out/${name}_metadata" "${target}_metadata"
  done
}

$what
