{{/*
The rights of `helm test`, compared in the same way (tests/cluster/test_chart.py): on the operator's Deployment and
Leases in its namespace, and on a calendar and a policy of one name where the policy is made.
*/}}
{{- define "firstbell.checkOperatorRules" -}}
- apiGroups: [apps]
  resources: [deployments]
  resourceNames: [{{ include "firstbell.fullname" . | quote }}]
  verbs: [get]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames:
    {{- range until (int .Values.shards) }}
    - {{ printf "%s-%d" (include "firstbell.fullname" $) . | quote }}
    {{- end }}
  verbs: [get]
{{- end -}}

{{- define "firstbell.checkPolicyRules" -}}
- apiGroups: [firstbell.dev]
  resources: [schoolcalendars, schoolautoscalers]
  verbs: [create]
- apiGroups: [firstbell.dev]
  resources: [schoolcalendars, schoolautoscalers]
  resourceNames: [{{ printf "%s-check" (include "firstbell.fullname" .) | quote }}]
  verbs: [get, delete]
{{- if .Values.authorization }}
# Asked for by the chart's admission policy of whoever writes a policy; nothing uses it.
- apiGroups: [apps]
  resources: [deployments/scale]
  resourceNames: [{{ include "firstbell.fullname" . | quote }}]
  verbs: [update]
{{- end }}
{{- end -}}
