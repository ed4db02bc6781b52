{{/* The name of all objects of this release. */}}
{{- define "firstbell.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name of the Service, where it may hold no dots and begin with no digit, as a release's may. */}}
{{- define "firstbell.service" -}}
{{- $name := include "firstbell.fullname" . | replace "." "-" -}}
{{- regexMatch "^[0-9]" $name | ternary (printf "n%s" $name | trunc 63 | trimSuffix "-") $name -}}
{{- end -}}

{{/* What finds the pod. It never changes: a Deployment's selector cannot. */}}
{{- define "firstbell.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* The labels by which this release's objects are known. */}}
{{- define "firstbell.labels" -}}
{{ include "firstbell.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
{{- end -}}

{{/*
The metadata of each object of the chart. The argument is a dict: `root`, `name`, and where the object has them
`namespace`, `labels`, `annotations` and `own`, labels in place of the chart's. What the chart needs wins over what a value of the object says, and that over
the common ones.
*/}}
{{- define "firstbell.metadata" -}}
name: {{ .name | quote }}
{{- with .namespace }}
namespace: {{ . | quote }}
{{- end }}
labels:
  {{- $own := include "firstbell.labels" .root | fromYaml }}
  {{- merge (.own | default dict) $own (.labels | default dict) .root.Values.commonLabels | toYaml | nindent 2 }}
{{- with merge dict (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The account that the operator runs under. */}}
{{- define "firstbell.account" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "firstbell.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The image: a digest wins over a tag. */}}
{{- define "firstbell.image" -}}
{{- with .Values.image.registry -}}
{{- printf "%s/" (trimSuffix "/" .) -}}
{{- end -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* What this installation is called on the floors that it raises. */}}
{{- define "firstbell.instance" -}}
{{- default (printf "%s/%s" .Release.Namespace .Release.Name) .Values.instance -}}
{{- end -}}

{{/* The name of what runs after an uninstall, and the account that it runs under. */}}
{{- define "firstbell.release" -}}
{{- printf "%s-release" (include "firstbell.fullname" . | trunc 55 | trimSuffix "-") -}}
{{- end -}}
{{- define "firstbell.releaseAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- include "firstbell.release" . -}}
{{- else -}}
{{- include "firstbell.account" . -}}
{{- end -}}
{{- end -}}

{{/* The name of what `helm test` runs, and the account that it runs under. */}}
{{- define "firstbell.check" -}}
{{- printf "%s-check" (include "firstbell.fullname" . | trunc 55 | trimSuffix "-") -}}
{{- end -}}
{{- define "firstbell.checkAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- include "firstbell.check" . -}}
{{- else -}}
{{- include "firstbell.account" . -}}
{{- end -}}
{{- end -}}

{{/* What makes an object one of `helm test`; the argument is its turn. */}}
{{- define "firstbell.testHook" -}}
helm.sh/hook: test
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{/* What makes an object a hook that is gone again afterwards; the argument is its turn. */}}
{{- define "firstbell.hook" -}}
helm.sh/hook: post-delete
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded,hook-failed
{{- end -}}
