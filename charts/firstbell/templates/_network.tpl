{{/* Out of a pod of the chart to what each of them needs: DNS and the API server. */}}
{{- define "firstbell.egress" -}}
# DNS, wherever the cluster serves it.
- ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
# The API server.
- ports:
    {{- range .Values.networkPolicy.apiServer.ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- with .Values.networkPolicy.apiServer.cidrs }}
  to:
    {{- range . }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
  {{- end }}
{{- end -}}

{{/*
The NetworkPolicy of a hook's pod: nobody in, and out to these alone. Where a namespace lets nothing out by default, it
could do nothing without. The argument is a dict: `root`, `name`, which is the pod's, and `annotations`.
*/}}
{{- define "firstbell.hookNetworkPolicy" -}}
{{- $ := .root -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "firstbell.metadata" (dict "root" $ "name" .name "namespace" $.Release.Namespace "annotations" .annotations) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: {{ .name | quote }}
      app.kubernetes.io/instance: {{ $.Release.Name | quote }}
  policyTypes: [Ingress, Egress]
  ingress: []
  egress:
    {{- include "firstbell.egress" $ | nindent 4 }}
{{- end -}}
