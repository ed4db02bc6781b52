{{/*
The operator's rights: what its requests need, and nothing else. With every value on that adds one
(tests/chart/values/every-right.yaml) they are compared with the API server's audit log, in
tests/cluster/test_chart.py and at the end of a run of all of tests/cluster: a rule that nothing uses fails
them, and so does a request that is denied.
*/}}
{{- define "firstbell.rules" -}}
- apiGroups: [firstbell.dev]
  resources: [schoolcalendars, schoolautoscalers]
  verbs: [get, list, watch]
- apiGroups: [firstbell.dev]
  resources: [scalingoverrides, calendarexceptions]
  verbs: [get, list, watch, delete]
- apiGroups: [firstbell.dev]
  resources: [scalingoverrides/status, calendarexceptions/status]
  verbs: [patch]
- apiGroups: [firstbell.dev]
  resources: [schoolcalendars/status, schoolautoscalers/status]
  verbs: [patch]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch, patch]
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [get, list, watch]
- apiGroups: [apps]
  resources: [deployments/scale, statefulsets/scale]
  verbs: [get, patch]
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- range .Values.scaleTargets }}
- apiGroups: [{{ .apiGroup | quote }}]
  resources: [{{ printf "%s/scale" .resource | quote }}]
  verbs: [get, patch]
{{- if .ownStatus }}
- apiGroups: [{{ .apiGroup | quote }}]
  resources: [{{ .resource | quote }}]
  verbs: [get]
{{- end }}
{{- end }}
{{- if or .Values.scaleTargets .Values.readiness.podReasons }}
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [get]
{{- end }}
{{- if .Values.keda.enabled }}
- apiGroups: [keda.sh]
  resources: [scaledobjects]
  verbs: [get, list, watch, patch]
{{- end }}
{{- if .Values.prometheus.tokenSecrets.enabled }}
- apiGroups: [""]
  resources: [secrets]
  {{- with .Values.prometheus.tokenSecrets.names }}
  resourceNames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  verbs: [get]
{{- end }}
{{- end -}}

{{/* What an operator of the whole cluster may besides: kinds whose objects belong to no namespace. */}}
{{- define "firstbell.clusterRules" -}}
- apiGroups: [firstbell.dev]
  resources: [clusterschoolcalendars, clusterscalingprofiles]
  verbs: [get, list, watch]
- apiGroups: [firstbell.dev]
  resources: [clusterschoolcalendars/status, clusterscalingprofiles/status]
  verbs: [patch]
{{- end -}}

{{/* The rights of what runs after an uninstall, compared in the same way (tests/cluster/test_uninstall.py). */}}
{{- define "firstbell.releaseRules" -}}
- apiGroups: [firstbell.dev]
  resources: [schoolautoscalers]
  verbs: [list]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, patch]
{{- if .Values.keda.enabled }}
- apiGroups: [keda.sh]
  resources: [scaledobjects]
  verbs: [get, list, patch]
{{- end }}
{{- end -}}
