package readset

import "github.com/seqlode/seqlode/internal/catalog"

// StoreStatus is the state of a sequence store.
type StoreStatus = catalog.StoreStatus

// The states of a sequence store.
const (
	StoreCreating = catalog.StoreCreating
	StoreActive   = catalog.StoreActive
	StoreUpdating = catalog.StoreUpdating
	StoreDeleting = catalog.StoreDeleting
	StoreFailed   = catalog.StoreFailed
)

// Status is the state of a read set.
type Status = catalog.ReadSetStatus

// The states of a read set. Of a deleted one, events alone tell.
const (
	StatusArchived         = catalog.ReadSetArchived
	StatusActivating       = catalog.ReadSetActivating
	StatusActive           = catalog.ReadSetActive
	StatusDeleting         = catalog.ReadSetDeleting
	StatusDeleted          = catalog.ReadSetDeleted
	StatusProcessingUpload = catalog.ReadSetProcessingUpload
	StatusUploadFailed     = catalog.ReadSetUploadFailed
)

// CreationType is the way in which a read set came.
type CreationType = catalog.CreationType

// The ways in.
const (
	ByImport = catalog.ByImport
	ByUpload = catalog.ByUpload
)

// FileName names a file of a read set.
type FileName = catalog.FileRole

// The files of a read set. FASTQ has SOURCE2 where it is paired, BAM and CRAM have
// INDEX where they are in order.
const (
	Source1File = catalog.Source1
	Source2File = catalog.Source2
	IndexFile   = catalog.Index
)

// JobStatus is the state of a job.
type JobStatus = catalog.JobStatus

// The states of a job.
const (
	JobSubmitted             = catalog.JobSubmitted
	JobInProgress            = catalog.JobInProgress
	JobCancelling            = catalog.JobCancelling
	JobCancelled             = catalog.JobCancelled
	JobFailed                = catalog.JobFailed
	JobCompleted             = catalog.JobCompleted
	JobCompletedWithFailures = catalog.JobCompletedWithFailures
)

// ItemStatus is the state of one source of a job.
type ItemStatus = catalog.ItemStatus

// The states of a source.
const (
	ItemNotStarted = catalog.ItemNotStarted
	ItemInProgress = catalog.ItemInProgress
	ItemFinished   = catalog.ItemFinished
	ItemFailed     = catalog.ItemFailed
)
