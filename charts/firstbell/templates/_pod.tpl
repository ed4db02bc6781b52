{{/* What the pods of the chart share: how they may run, where, and with what of the installer's. */}}

{{/*
Labels and annotations of a pod. The argument is a dict: `root` and `labels`, which win over those of values, since
selectors stand on them.
*/}}
{{- define "firstbell.podMetadata" -}}
labels:
  {{- merge .labels .root.Values.podLabels .root.Values.commonLabels | toYaml | nindent 2 }}
{{- with .root.Values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A pod less its containers. The argument is a dict: `root`, `account` and, of this pod alone, `volumes`. */}}
{{- define "firstbell.podSpec" -}}
{{- $ := .root -}}
serviceAccountName: {{ .account | quote }}
automountServiceAccountToken: true
enableServiceLinks: false
{{- with $.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $.Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
securityContext:
  {{- include "firstbell.podSecurity" $ | nindent 2 }}
{{- with concat (.volumes | default list) (tpl (toYaml $.Values.extraVolumes) $ | fromYamlArray) }}
volumes:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- include "firstbell.placement" $ | nindent 0 }}
{{- end -}}

{{/* A container less its name and arguments. The argument is a dict: `root` and, of this one alone, `mounts`. */}}
{{- define "firstbell.container" -}}
{{- $ := .root -}}
image: {{ include "firstbell.image" $ | quote }}
imagePullPolicy: {{ $.Values.image.pullPolicy }}
resources:
  {{- toYaml $.Values.resources | nindent 2 }}
securityContext:
  {{- include "firstbell.containerSecurity" $ | nindent 2 }}
{{- with $.Values.extraEnv }}
env:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- with $.Values.extraEnvFrom }}
envFrom:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- with concat (.mounts | default list) (tpl (toYaml $.Values.extraVolumeMounts) $ | fromYamlArray) }}
volumeMounts:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "firstbell.podSecurity" -}}
{{- $own := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- if .Values.securityContext.fixedUser -}}
{{- $own = merge $own (dict "runAsUser" 65532 "runAsGroup" 65532) -}}
{{- end -}}
{{- include "firstbell.instead" (dict "own" $own "given" .Values.securityContext.pod) -}}
{{- end -}}

{{- define "firstbell.containerSecurity" -}}
{{- $own := dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true -}}
{{- $own = merge $own (dict "capabilities" (dict "drop" (list "ALL"))) -}}
{{- include "firstbell.instead" (dict "own" $own "given" .Values.securityContext.container) -}}
{{- end -}}

{{/* Our map, with each key that is given in place of ours; null takes it away. Not `merge`: it takes false for nothing. */}}
{{- define "firstbell.instead" -}}
{{- $own := .own -}}
{{- range $key, $value := .given -}}
{{- if kindIs "invalid" $value -}}
{{- $_ := unset $own $key -}}
{{- else -}}
{{- $_ := set $own $key $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $own -}}
{{- end -}}

{{- define "firstbell.placement" -}}
tolerations:
  - key: node.kubernetes.io/not-ready
    operator: Exists
    effect: NoExecute
    tolerationSeconds: {{ .Values.lostNodeSeconds }}
  - key: node.kubernetes.io/unreachable
    operator: Exists
    effect: NoExecute
    tolerationSeconds: {{ .Values.lostNodeSeconds }}
  {{- with .Values.tolerations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
